import { connectionStatuses } from '../../../machines/connection.ts';
import type { Interval, TimelineData } from '../model/timeline-data.ts';
import type { Wait } from '../model/wait.ts';
import { duration } from '../text/format.ts';
import { statusWords } from '../text/labels.ts';
import { type Dom, setAttribute, setText } from './dom.ts';

/** Where times lie in a drawing, in pixels from its left edge. */
export interface Scale {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly from: number;
  /** Where the past ends, and how that is called. */
  readonly present: number;
  readonly presentWords: string;
  readonly to: number;
  xOf(time: number): number;
  timeAt(x: number): number;
}

/** The drawing of a timeline. It has the same few elements however much there is to draw: all bands of a lane are one path. */
export interface TimelineDrawing {
  readonly element: SVGSVGElement;
  draw(
    data: TimelineData,
    scale: Scale,
    cursor: { shownAt: number | undefined; pointer: number | undefined },
  ): void;
}

/** The lanes from the top; where a band lies tells its status as well as its colour does. */
const lanes = {
  open: { top: 2, height: 13 },
  connecting: { top: 38, height: 13 },
  backoff: { top: 57, height: 13 },
  failed: { top: 92, height: 13 },
  closed: { top: 111, height: 13 },
} as const;

/** Over the lane of what follows a request. */
const attemptTop = 25;
/** Under the band of a wait: the range that its delay was drawn from. */
const rangeTop = 77;
const bottom = 127;
const height = 148;

/** Where the past is marked, as shares of it. */
const tickShares = [0, 0.25, 0.5, 0.75, 1];

export function createTimelineDrawing({ svg }: Dom): TimelineDrawing {
  const element = svg('svg', { 'aria-hidden': 'true', height });
  const grid = svg('path', { class: 'grid' });
  const ticks = tickShares.map((share) => ({
    share,
    label: svg('text', { class: 'tick', y: height - 5 }),
  }));
  const bands = connectionStatuses.map((status) => ({
    status,
    path: svg('path', { class: 'band', 'data-status': status }),
  }));
  /** Inside the band of the stream, or in the lane of requests under it. */
  const doubts = svg('path', { class: 'doubts', 'data-status': 'open' });
  const replacements = svg('path', { class: 'band beside', 'data-status': 'connecting' });
  const attempts = svg('path', { class: 'attempts' });
  const floors = svg('path', { class: 'floors' });
  const ranges = svg('path', { class: 'ranges' });
  const draws = svg('path', { class: 'draws' });
  const shown = svg('path', { class: 'shown' });
  const pointed = svg('path', { class: 'pointed' });
  const names = connectionStatuses.map((status) =>
    svg(
      'text',
      { class: 'lane', 'data-status': status, y: lanes[status].top + 11, x: 0 },
      statusWords[status],
    ),
  );
  const minor = (y: number, words: string) => svg('text', { class: 'minor', x: 0, y }, words);
  element.append(grid, ...names, minor(attemptTop + 7, 'requests'), minor(rangeTop + 8, 'drawn from'));
  element.append(...ticks.map(({ label }) => label));
  element.append(
    ...bands.map(({ path }) => path),
    doubts,
    replacements,
    attempts,
    floors,
    ranges,
    draws,
    pointed,
    shown,
  );

  return {
    element,
    draw(data, scale, { shownAt, pointer }) {
      setAttribute(element, 'width', scale.width);
      setAttribute(element, 'viewBox', `0 0 ${scale.width} ${height}`);
      setAttribute(grid, 'd', gridPath(scale));
      for (const { share, label } of ticks) {
        const isNarrow = scale.width < 480 && share % 0.5 !== 0;
        setAttribute(label, 'x', round(scale.xOf(timeOfTick(share, scale))));
        setText(label, isNarrow ? '' : tickWords(share, scale));
      }
      for (const { status, path } of bands) {
        const { top, height } = lanes[status];
        const own = data.bands.filter((band) => band.status === status);
        setAttribute(path, 'd', bandPath(own, scale, top, height));
      }
      const { open, connecting } = lanes;
      setAttribute(doubts, 'd', bandPath(data.doubts, scale, open.top + 3, open.height - 6));
      const beside = bandPath(data.replacements, scale, connecting.top, connecting.height / 2);
      setAttribute(replacements, 'd', beside);
      setAttribute(attempts, 'd', attemptPath(data.attempts, scale));
      const waits = data.waits.map((wait) => placed(wait, scale));
      setAttribute(floors, 'd', waits.map(({ floor }) => floor).join(''));
      setAttribute(ranges, 'd', waits.map(({ range }) => range).join(''));
      setAttribute(draws, 'd', waits.map(({ draw }) => draw).join(''));
      setAttribute(shown, 'd', linePath(shownAt === undefined ? undefined : scale.xOf(shownAt), scale));
      setAttribute(pointed, 'd', linePath(pointer, scale));
    },
  };
}

function timeOfTick(share: number, { from, present }: Scale): number {
  return from + share * (present - from);
}

function tickWords(share: number, scale: Scale): string {
  const { present, presentWords } = scale;
  return share === 1 ? presentWords : `−${duration(present - timeOfTick(share, scale))}`;
}

function gridPath(scale: Scale): string {
  const { left, right, xOf } = scale;
  const rows = Object.values(lanes).map(({ top, height }) => `M${left} ${top + height + 0.5}H${right}`);
  const columns = tickShares.map((share) => `M${round(xOf(timeOfTick(share, scale)))} 2V${bottom}`);
  return [...rows, ...columns].join('');
}

/** The bands of a lane. What is too narrow to be seen gets a hairline, and shares it with what is as near. */
function bandPath(bands: readonly Interval[], scale: Scale, top: number, height: number): string {
  const boxes: [from: number, to: number][] = [];
  for (const { from, to } of bands) {
    const start = clamped(scale.xOf(from), scale);
    const end = Math.max(start + 1, clamped(scale.xOf(to), scale));
    const last = boxes.at(-1);
    if (last && start - last[1] < 1) last[1] = Math.max(last[1], end);
    else boxes.push([start, end]);
  }
  return boxes
    .map(([start, end]) => `M${round(start)} ${top}H${round(end)}v${height}H${round(start)}z`)
    .join('');
}

/** A mark for each request, pointing down at the lane of what follows it. */
function attemptPath(attempts: readonly number[], scale: Scale): string {
  const places = new Set(attempts.map((at) => Math.round(clamped(scale.xOf(at), scale))));
  return [...places].map((x) => `M${x - 4} ${attemptTop}h8l-4 7z`).join('');
}

/** The floor that the server set, the range above it, and where the draw fell. */
function placed(
  { from, floor, draw, until }: Wait,
  scale: Scale,
): Record<'floor' | 'range' | 'draw', string> {
  const x = (time: number) => round(clamped(scale.xOf(time), scale));
  const middle = rangeTop + 4;
  const begin = from + floor;
  const cap = (time: number) => (time <= scale.to ? `M${x(time)} ${rangeTop}v8` : '');
  const [least, most] = [begin + (draw?.least ?? 0), begin + (draw?.most ?? 0)];
  return {
    floor: floor > 0 ? `M${x(from)} ${middle}H${x(begin)}` : '',
    range: draw ? `${cap(least)}M${x(least)} ${middle}H${x(most)}${cap(most)}` : '',
    draw: draw && until <= scale.to ? `M${x(until)} ${rangeTop}l4 4l-4 4l-4 -4z` : '',
  };
}

function linePath(x: number | undefined, { left, right }: Scale): string {
  return x === undefined || x < left || x > right ? '' : `M${round(x)} 0V${bottom}`;
}

function clamped(x: number, { left, right }: Scale): number {
  return Math.min(right, Math.max(left, x));
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}

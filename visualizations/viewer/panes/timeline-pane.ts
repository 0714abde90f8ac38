import type { Moment } from '../model/moment.ts';
import { isFailure } from '../model/record.ts';
import { type Scene, type Selection, type Step, spans } from '../model/selection.ts';
import { indexAt, timelineData } from '../model/timeline-data.ts';
import { clockTime } from '../text/format.ts';
import { change, eventName, waitWords } from '../text/labels.ts';
import { detailOf } from '../text/moment-details.ts';
import type { Pane } from './dom.ts';
import { type Dom, setAttribute, setText } from './dom.ts';
import { createTimelineDrawing, type Scale } from './timeline-drawing.ts';

const spanWords = new Map<number, string>([
  [15_000, '15 s'],
  [60_000, '1 min'],
  [300_000, '5 min'],
  [Infinity, 'All'],
]);

const steps: { readonly [key: string]: Step } = {
  ArrowLeft: 'previous',
  ArrowDown: 'previous',
  ArrowRight: 'next',
  ArrowUp: 'next',
  Home: 'first',
  End: 'last',
};

/** Draws when a connection was doing what, with a lane for each status. */
export function createTimelinePane(dom: Dom, selection: Selection, changed: () => void): Pane {
  const { html, view } = dom;
  const drawing = createTimelineDrawing(dom);
  const slider = html(
    'div',
    { role: 'slider', tabindex: 0, 'aria-label': 'Timeline', class: 'plot' },
    drawing.element,
  );
  const caption = html('p', { class: 'caption' });
  const zoom = html('div', { role: 'group', 'aria-label': 'Time shown', class: 'zoom' });
  const buttons = spans.map((span) => {
    const button = html('button', { type: 'button' }, spanWords.get(span) ?? '');
    button.addEventListener('click', () => {
      selection.zoom(span);
      changed();
    });
    zoom.append(button);
    return { span, button };
  });
  let width = 600;
  let scene: Scene | undefined;
  /** Where the pointer is, in pixels from the left; undefined when it is elsewhere. */
  let pointer: number | undefined;

  new view.ResizeObserver(([entry]) => {
    width = Math.max(200, Math.round(entry?.contentRect.width ?? width));
    changed();
  }).observe(slider);

  slider.addEventListener('pointermove', ({ clientX }) =>
    point(clientX - slider.getBoundingClientRect().left),
  );
  slider.addEventListener('pointerleave', () => point(undefined));
  slider.addEventListener('click', ({ clientX }) => {
    if (scene)
      selection.selectAt(scaleOf(scene, width).timeAt(clientX - slider.getBoundingClientRect().left));
    changed();
  });
  slider.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    selection.step(step);
    changed();
  });

  function point(at: number | undefined): void {
    pointer = at;
    changed();
  }

  function describe({ moment, listed }: Scene): void {
    const index = listed.findLastIndex(({ id }) => id <= (moment?.id ?? 0));
    setAttribute(slider, 'aria-valuemin', 1);
    setAttribute(slider, 'aria-valuemax', Math.max(1, listed.length));
    setAttribute(slider, 'aria-valuenow', Math.max(1, index + 1));
    setAttribute(slider, 'aria-valuetext', moment ? momentWords(moment) : 'nothing yet');
  }

  return {
    element: html(
      'section',
      { class: 'timeline', 'aria-label': 'Timeline' },
      html('div', { class: 'head' }, html('h2', {}, 'Timeline'), zoom),
      slider,
      caption,
    ),
    render(next) {
      scene = next;
      const { moments, moment, listed, isLive, from, to, until, span } = next;
      const scale = scaleOf(next, width);
      const data = timelineData(moments, { from, to, now: until });
      drawing.draw(data, scale, { shownAt: isLive ? undefined : moment?.at, pointer });
      describe(next);
      const pointed = pointer === undefined ? undefined : indexAt(listed, scale.timeAt(pointer));
      const index = pointed ?? listed.findLastIndex(({ id }) => id === moment?.id);
      const told = listed[index];
      setText(caption, told ? momentWords(told) : '');
      for (const { span: own, button } of buttons) setAttribute(button, 'aria-pressed', String(own === span));
    },
  };
}

/** Where times lie on a width in pixels. */
function scaleOf({ from, present, to, isLive }: Scene, width: number): Scale {
  const left = 84;
  const right = width - 8;
  const perMillisecond = (right - left) / (to - from);
  return {
    width,
    left,
    right,
    from,
    present,
    to,
    presentWords: isLive ? 'now' : clockTime(present).slice(0, 8),
    xOf: (time) => left + (time - from) * perMillisecond,
    timeAt: (x) => from + (x - left) / perMillisecond,
  };
}

function momentWords(moment: Moment): string {
  const { at, event, wait } = moment;
  const error = wait && event.error ? `${event.error.status ?? event.error.kind}` : '';
  const detail = wait && isFailure(event) ? waitWords(wait) : detailOf(moment);
  const what = [error, detail].filter((words) => words !== '').map((words) => ` · ${words}`);
  return `${clockTime(at)} ${eventName(event)}: ${change(moment)}${what.join('')}`;
}

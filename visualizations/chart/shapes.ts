import type { ChartState, ChartTransition } from '../../machines/chart.ts';
import { type Arrow, nameOf } from './arrows.ts';
import { type Element, element } from './element.ts';
import type { Box, Place, Point, Route } from './places.ts';
import { type Row, rowsOf } from './words.ts';

const rowHeight = 14;

/** What an arrow is known by, in the picture and to whoever lights it up. */
export function arrowName({ source, target }: Pick<Arrow, 'source' | 'target'>): string {
  return `${source || 'anywhere'} → ${target ?? 'itself'}`;
}

/** What a line on an arrow, or inside a state, is known by. */
export function lineName(line: Pick<ChartTransition, 'source' | 'target' | 'guard' | 'delay'>): string {
  const { guard, delay } = line;
  return [arrowName(line), guard && `[${guard}]`, delay && `after ${delay}`].filter(Boolean).join(' ');
}

/** A state, and inside it the transitions that it keeps to itself. */
export function stateShape(
  { path, status }: ChartState,
  { x, y, width, height, motto }: Place,
  kept: readonly Arrow[],
): Element {
  const rows = kept.flatMap((arrow) => rowsOf(arrow, 46).map((row) => ({ arrow, row })));
  const first = y + 40 + (rows.length > 0 ? 4 : 0);
  return element(
    'g',
    { class: 'state', 'data-state': path, 'data-status': status },
    element('rect', { x, y, width, height, rx: 8 }),
    element('text', { class: 'name', x: x + 12, y: y + 21 }, nameOf(path)),
    element('text', { class: 'motto', x: x + 12, y: y + 37 }, motto),
    ...rows.map(({ arrow, row }, index) =>
      rowShape(row, arrow, [x + 12, first + (index + 1) * rowHeight], 'start'),
    ),
  );
}

/** The dot and the arrow that lead to the state that another starts in. */
export function initialShape({ x, y }: Box): Element {
  const [from, to] = [y - 20, y];
  return element(
    'g',
    { class: 'initial' },
    element('circle', { cx: x + 20, cy: from, r: 3.5 }),
    element('path', { class: 'way', d: `M${x + 20} ${from}V${to - 8}` }),
    tip([x + 20, from], [x + 20, to]),
  );
}

/** An arrow from one state to another. */
export function arrowShape(arrow: Arrow, { points, words: [x, last], align, most }: Route): Element {
  const name = arrowName(arrow);
  const rows = rowsOf(arrow, most);
  const [before, end] = points.slice(-2) as [Point, Point];
  return element(
    'g',
    { class: 'arrow', 'data-arrow': name },
    element('path', { class: 'way', d: `M${points.map((point) => point.join(' ')).join('L')}` }),
    tip(before, end),
    ...rows.map((row, index) =>
      rowShape(row, arrow, [x, last - (rows.length - 1 - index) * rowHeight], align),
    ),
  );
}

function rowShape({ line, words }: Row, arrow: Arrow, [x, y]: Point, align: Route['align']): Element {
  const spaced = words.map(({ kind, text }, index) =>
    element('tspan', { class: kind, dx: index > 0 ? 5 : undefined }, text),
  );
  return element(
    'text',
    {
      class: 'line',
      x,
      y,
      'text-anchor': align,
      'data-line': lineName({ ...arrow, ...line }),
    },
    ...spaced,
  );
}

function tip([fromX, fromY]: Point, [x, y]: Point): Element {
  const turn = (Math.atan2(y - fromY, x - fromX) * 180) / Math.PI;
  return element('path', {
    class: 'tip',
    d: 'M0 0L-9 -4.5V4.5z',
    transform: `translate(${x} ${y}) rotate(${turn})`,
  });
}

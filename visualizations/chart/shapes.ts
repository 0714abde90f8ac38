import type { ChartState, ChartTransition } from '../../machines/chart.ts';
import { type Row, rowsOf } from './arrow-text.ts';
import { type Arrow, grouped, nameOf } from './arrows.ts';
import { type Element, element } from './element.ts';
import type { Label, Place, Point, Route } from './layout.ts';

const rowHeight = 14;

/** The name of an arrow, in the picture and for code that highlights it. */
export function arrowName({ source, target }: Pick<Arrow, 'source' | 'target'>): string {
  return `${source || 'anywhere'} → ${target ?? 'itself'}`;
}

/** The name of a line on an arrow, or inside a state. */
export function lineName(line: Pick<ChartTransition, 'source' | 'target' | 'guard' | 'delay'>): string {
  const { guard, delay } = line;
  return [arrowName(line), guard && `[${guard}]`, delay && `after ${delay}`].filter(Boolean).join(' ');
}

/** A state, with the transitions inside it. */
export function stateShape(
  { path, status }: ChartState,
  { x, y, width, height, motto, most = charactersIn(width) }: Place,
  kept: readonly Arrow[],
): Element {
  const first = y + 23 + rowHeight * motto.length + 4;
  const rows = kept.flatMap((arrow) => rowsOf(arrow, most).map((row) => ({ arrow, row })));
  return element(
    'g',
    { class: 'state', 'data-state': path, 'data-status': status },
    element('rect', { x, y, width, height, rx: 8 }),
    element('text', { class: 'name', x: x + 12, y: y + 21 }, nameOf(path)),
    ...motto.map((text, index) =>
      element('text', { class: 'motto', x: x + 12, y: y + 37 + index * rowHeight }, text),
    ),
    ...rows.map(({ arrow, row }, index) =>
      rowShape(row, namesIn(arrow, row), [x + 12, first + (index + 1) * rowHeight], 'start'),
    ),
  );
}

/** How many characters fit into a box. */
function charactersIn(width: number): number {
  return Math.floor((width - 24) / 6.5);
}

/** The dot and the arrow that lead to the state that another starts in. */
export function initialShape({ x, y, initial = 20 }: Place): Element {
  const [middle, from] = [x + initial, y - 20];
  return element(
    'g',
    { class: 'initial' },
    element('circle', { cx: middle, cy: from, r: 3.5 }),
    element('path', { class: 'way', d: `M${middle} ${from}V${y - 8}` }),
    tip([middle, from], [middle, y]),
  );
}

/** An arrow from one state to another, without its words. */
export function arrowShape(arrow: Arrow, { points }: Route): Element {
  const [before, end] = points.slice(-2) as [Point, Point];
  return element(
    'g',
    { class: 'arrow', 'data-arrow': arrowName(arrow) },
    element('path', { class: 'way', d: `M${points.map((point) => point.join(' ')).join('L')}` }),
    tip(before, end),
  );
}

/** A dot where lines part or meet. */
export function forkShape([cx, cy]: Point): Element {
  return element('circle', { class: 'fork', cx, cy, r: 3 });
}

/** Rows of words, and where they are. */
export interface PlacedRows {
  readonly arrow: Arrow;
  readonly rows: readonly Row[];
  readonly label: Label;
}

/** The text of all arrows. If several have the same text at the same place, it is written once. */
export function wordShapes(all: readonly PlacedRows[]): Element[] {
  const placed = all.flatMap(({ arrow, rows, label: { at, align } }) =>
    rows.map((row, index) => ({
      row,
      align,
      names: namesIn(arrow, row),
      at: [at[0], at[1] - (rows.length - 1 - index) * rowHeight] as const,
    })),
  );
  return grouped(placed, ({ row, at }) => JSON.stringify([at, row.words])).map((same) => {
    const [{ row, at, align }] = same;
    return rowShape(row, [...new Set(same.flatMap(({ names }) => names))], at, align);
  });
}

function namesIn(arrow: Arrow, { lines }: Row): string[] {
  return lines.map((line) => lineName({ ...arrow, ...line }));
}

/** A row of words, inside an element for each of the lines that it belongs to. */
function rowShape({ words }: Row, names: readonly string[], [x, y]: Point, align: Label['align']): Element {
  const spaced = words.map(({ kind, text }, index) =>
    element('tspan', { class: kind, dx: index > 0 ? 5 : undefined }, text),
  );
  return names.reduceRight(
    (inner, name) => element('g', { class: 'line', 'data-line': name }, inner),
    element('text', { x, y, 'text-anchor': align }, ...spaced),
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

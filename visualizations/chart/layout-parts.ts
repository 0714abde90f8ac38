import type { Box, Label, Point, Route } from './layout.ts';

export function box([left, right]: Point, [top, bottom]: Point): Box {
  return { x: left, y: top, width: right - left, height: bottom - top };
}

export function horizontal(from: number, to: number, y: number): Route['points'] {
  return [
    [from, y],
    [to, y],
  ];
}

export function vertical(x: number, from: number, to: number): Route['points'] {
  return [
    [x, from],
    [x, to],
  ];
}

/** Words to the right of a vertical line. */
export function right(x: number, lastRow: number, most: number): Label {
  return { at: [x + 6, lastRow], align: 'start', most };
}

export function left(x: number, lastRow: number, most: number): Label {
  return { at: [x - 6, lastRow], align: 'end', most };
}

import { rowsOf } from './arrow-text.ts';
import { type Arrow, eventsOf } from './arrows.ts';
import type { Label, Point, Route } from './layout.ts';
import type { PlacedRows } from './shapes.ts';

/** An arrow and its route. */
export interface Way {
  readonly arrow: Arrow;
  readonly route: Route;
}

/** The words of an arrow: those on its stem, which it has in common with others, and those of its own. */
export function wordsOn({ arrow, route }: Way, ways: readonly Way[]): PlacedRows[] {
  const { stem, words } = route;
  if (!stem) return [{ arrow, rows: rowsOf(arrow, words.most), label: words }];
  const events = eventsOn(stem, ways);
  // If one of the arrows to a state answers only some of the events, each of them shows its events.
  const isCommon = ways
    .filter((way) => way.route.stem && way.arrow.target === arrow.target)
    .every((way) => way.arrow.lines.every((line) => eventsOf(line) === eventsOn(way.route.stem, ways)));
  return [
    { arrow, rows: [{ lines: arrow.lines, words: [{ kind: 'event', text: events }] }], label: stem },
    { arrow, rows: rowsOf(arrow, words.most, isCommon ? events : undefined), label: words },
  ];
}

/** All that the arrows of a stem answer. */
function eventsOn(stem: Label | undefined, ways: readonly Way[]): string {
  const own = ways.filter(({ route }) => route.stem === stem).flatMap(({ arrow }) => arrow.lines);
  return eventsOf({ transitions: own.flatMap(({ transitions }) => transitions) });
}

/** The points at which arrows with stems part or meet, to distinguish them from lines that only cross. */
export function forksIn(ways: readonly Way[]): Point[] {
  const lines = ways.flatMap(({ route }) => (route.stem ? [route.points] : []));
  const forks = lines
    .flatMap((points) => points.slice(1, -1))
    .filter((bend) => {
      const directions = lines.flatMap((points) =>
        points.slice(1).flatMap((end, index) => directionsFrom(bend, points[index] ?? end, end)),
      );
      return new Set(directions).size > 2;
    });
  return [...new Map(forks.map((fork) => [fork.join(), fork])).values()];
}

/** Where an upright or level line leads from a point, if the point is on it. */
function directionsFrom([x, y]: Point, one: Point, other: Point): string[] {
  const isOn = (x - one[0]) * (x - other[0]) <= 0 && (y - one[1]) * (y - other[1]) <= 0;
  if (!isOn) return [];
  return [one, other]
    .map(([toX, toY]) => `${Math.sign(toX - x)} ${Math.sign(toY - y)}`)
    .filter((direction) => direction !== '0 0');
}

import type { AnyStateMachine } from 'xstate';
import { chartStates, chartTransitions } from '../../machines/chart.ts';
import { connectionMachine } from '../../machines/connection.ts';
import { rowsOf } from './arrow-text.ts';
import { type Arrow, arrowsOf, isInside } from './arrows.ts';
import { delayWords } from './delay-words.ts';
import { type Element, element } from './element.ts';
import type { Label } from './layout.ts';
import * as connectionLayout from './layout.ts';
import {
  arrowName,
  arrowShape,
  forkShape,
  initialShape,
  type PlacedRows,
  stateShape,
  wordShapes,
} from './shapes.ts';
import { forksIn, wordsOn } from './shared-stems.ts';

/** A statechart that can be drawn. */
export interface DrawnChart {
  /** For users who cannot see the picture. */
  readonly title: string;
  readonly machine: AnyStateMachine;
  readonly layout: Pick<typeof connectionLayout, 'anywhere' | 'legend' | 'places' | 'routes' | 'size'>;
  /** The length of a delay in words, by its name and the state that waits. */
  readonly delayWords: (delay: string, source: string) => string;
}

const connectionChart: DrawnChart = {
  title: 'The statechart of a connection',
  machine: connectionMachine,
  layout: connectionLayout,
  delayWords,
};

/**
 * A statechart as a picture. Its content comes from the statechart; only the positions are given.
 *
 * @throws RangeError when a state or an arrow has no place, or a place belongs to nothing.
 */
export function picture(more: readonly Element[] = [], chart = connectionChart): Element {
  const { machine, layout } = chart;
  const { anywhere, legend, places, routes, size } = layout;
  const states = chartStates(machine);
  const all = arrowsOf(chartTransitions(machine), chart.delayWords);
  const boxes = states.slice(1).map((state) => ({ state, place: placeOf(places, 'state', state.path) }));
  const drawn = all.filter((arrow) => !isInside(arrow));
  const ways = drawn.map((arrow) => ({ arrow, route: placeOf(routes, 'arrow', arrowName(arrow)) }));
  nothingElse(
    places,
    'state',
    states.map(({ path }) => path),
  );
  nothingElse(routes, 'arrow', drawn.map(arrowName));

  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 ${size.top} ${size.width} ${size.height}`,
      class: 'chart',
      role: 'img',
      'aria-label': chart.title,
    },
    ...more,
    ...boxes.map(({ state, place }) =>
      stateShape(
        state,
        place,
        all.filter((arrow) => arrow.source === state.path && isInside(arrow)),
      ),
    ),
    ...states.flatMap(({ initial }) => {
      const place = initial === undefined ? undefined : places[initial];
      return place ? [initialShape(place)] : [];
    }),
    element(
      'g',
      { class: 'anywhere' },
      element('rect', { ...anywhere, rx: anywhere.height / 2 }),
      element(
        'text',
        { x: anywhere.x + anywhere.width / 2, y: anywhere.y + 17, 'text-anchor': 'middle' },
        'any state',
      ),
    ),
    element('g', {}, ...ways.map(({ arrow, route }) => arrowShape(arrow, route))),
    ...forksIn(ways).map(forkShape),
    ...wordShapes([...ways.flatMap((way) => wordsOn(way, ways)), ...keptByAny(all, layout)]),
    element(
      'text',
      { class: 'legend', ...legend },
      ...(['event', 'guard', 'delay'] as const).flatMap((kind) => [
        element('tspan', { class: kind, dx: kind === 'event' ? 0 : 14 }, legendWords[kind]),
      ]),
      element('tspan', { class: 'detail', dx: 14 }, 'of several for one event, the first whose guard holds'),
    ),
  );
}

/** The events that every state answers without being left, written where arrows from any state begin. */
function keptByAny(all: readonly Arrow[], { anywhere: { x, y, width } }: DrawnChart['layout']): PlacedRows[] {
  const label: Label = { at: [x + width + 8, y + 17], align: 'start', most: 30 };
  return all
    .filter((arrow) => arrow.source === '' && isInside(arrow))
    .map((arrow) => ({ arrow, rows: rowsOf(arrow, label.most), label }));
}

const legendWords = { event: 'event', guard: '[guard]', delay: 'after a delay' };

function placeOf<Place>(known: Readonly<Record<string, Place>>, kind: string, name: string): Place {
  const place = known[name];
  if (place === undefined) throw new RangeError(`The ${kind} '${name}' has no place in the picture.`);
  return place;
}

function nothingElse(placed: object, kind: string, known: readonly string[]): void {
  const gone = Object.keys(placed).find((name) => !known.includes(name));
  if (gone) throw new RangeError(`There is no ${kind} '${gone}' to put into its place in the picture.`);
}

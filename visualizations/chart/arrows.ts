import type { ChartTransition } from '../../machines/chart.ts';
import { delayWords } from './delay-words.ts';

/** The transitions from one state to another, or those inside one state. */
export interface Arrow {
  /** The state that they start from; empty for any. */
  readonly source: string;
  /** The state that they lead to; undefined when the state stays as it is. */
  readonly target: string | undefined;
  readonly lines: readonly Line[];
}

/** Transitions that differ in nothing but the event. */
export interface Line {
  readonly transitions: readonly ChartTransition[];
  readonly guard: string | undefined;
  /** The name of the delay that they wait for, if any. */
  readonly delay: string | undefined;
  /** The length of that delay, in words; empty without a delay. */
  readonly length: string;
}

/**
 * Groups transitions by their two ends.
 *
 * @param wordsFor The length of a delay in words, by its name and the state that waits.
 */
export function arrowsOf(transitions: readonly ChartTransition[], wordsFor = delayWords): Arrow[] {
  return grouped(transitions, ({ source, target }) => `${source} ${target}`).map((group) => ({
    source: group[0].source,
    target: group[0].target,
    lines: grouped(group, ({ guard, delay }) => `${guard} ${delay}`).map((same) => ({
      transitions: same,
      guard: same[0].guard,
      delay: same[0].delay,
      length: same[0].delay === undefined ? '' : wordsFor(same[0].delay, same[0].source),
    })),
  }));
}

/**
 * Whether an arrow is written inside its source: it has no target, or its target is the source, or lies inside or
 * around it.
 */
export function isInside({ source, target }: Pick<Arrow, 'source' | 'target'>): boolean {
  return target === undefined || (source !== '' && (contains(source, target) || contains(target, source)));
}

/** The events of a line. A prefix that they share is written once: `network.online, page.visible, resumed`. */
export function eventsOf({ transitions }: Pick<Line, 'transitions'>): string {
  let family: string | undefined;
  return [...new Set(transitions.map(({ event }) => event))]
    .map((event) => {
      const [first, ...rest] = event.split('.');
      const isTold = first === family;
      family = first;
      return isTold ? rest.join('.') : event;
    })
    .join(', ');
}

/** The name of a state, by its path. */
export function nameOf(path: string): string {
  return path.split('.').at(-1) ?? '';
}

/** Whether a state is another, or is inside it. */
export function contains(outer: string, inner: string): boolean {
  return `${inner}.`.startsWith(`${outer}.`);
}

/** The items that have the same key, together. */
export function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): [Item, ...Item[]][] {
  const groups = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return [...groups.values()];
}

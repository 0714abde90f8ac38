import type { StateValue } from 'xstate';
import { activePaths, type ChartTransition, chartTransitions, choose } from '../../../machines/chart.ts';
import { readObject } from './read-values.ts';

/**
 * The transition that a connection takes, by its statechart: if two have the same ends, the guards decide. If an
 * `always` follows, it is that one.
 *
 * @param before The snapshot before the event, as the inspector had it. It may be invalid, like the event.
 * @param after The state that it led to.
 * @returns undefined when the event changes nothing, or when it cannot be told.
 */
export function takenTransition(
  event: unknown,
  before: unknown,
  after: StateValue,
): ChartTransition | undefined {
  try {
    const situation = before as Parameters<typeof choose>[0];
    const { taken } = choose(situation, countable(event) as Parameters<typeof choose>[1]);
    const [earlier, later] = [activePaths(situation.value), activePaths(after)];
    const isNew = (path = '') => later.includes(path) && !earlier.includes(path);
    return eventless.find(({ target }) => target !== taken?.target && isNew(target)) ?? taken;
  } catch {
    return; // of a connection of another version, perhaps
  }
}

/** The transitions that the statechart takes of itself. */
const eventless = chartTransitions().filter(({ event }) => event === 'always');

/** If messages were only counted, makes an event with as many. */
function countable(event: unknown): unknown {
  const { messages } = readObject(event) ?? {};
  return typeof messages === 'number' ? { ...readObject(event), messages: { length: messages } } : event;
}

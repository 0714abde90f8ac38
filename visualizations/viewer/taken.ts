import { type ChartTransition, choose } from '../../machines/chart.ts';
import { plain } from './plain.ts';

/**
 * The transition that a connection takes, as its statechart says: of two with the same ends, the guards know which.
 *
 * @param before The snapshot before the event, as the inspector had it; whatever it is, like the event.
 * @returns undefined when the event changes nothing, or when it cannot be told.
 */
export function takenBy(event: unknown, before: unknown): ChartTransition | undefined {
  try {
    return choose(before as Parameters<typeof choose>[0], countable(event) as Parameters<typeof choose>[1])
      .taken;
  } catch {
    return; // of a connection of another version, perhaps
  }
}

/** Where messages are counted, their number stands for them. */
function countable(event: unknown): unknown {
  const { messages } = plain(event) ?? {};
  return typeof messages === 'number' ? { ...plain(event), messages: { length: messages } } : event;
}

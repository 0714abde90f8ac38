import type { Delivery, ShownState } from './client.ts';
import type { LoggedEvent } from './event-log.ts';
import type { Sight } from './verdict.ts';

/** Holds what a client was handed against what the origin published. */
export function createDeliveries(
  log: readonly LoggedEvent[],
  sight: Sight,
  complain: (fault: string) => void,
) {
  let state: ShownState = { settled: false, lastEventId: '' };
  let count = 0;
  let received = 0;

  return {
    get count() {
      return count;
    },
    /** The connection holds an event ID, as far as its messages tell. */
    get resumable() {
      return received > 0;
    },
    /** Open again after all that happened, with nothing left to come. */
    get settled() {
      const complete = log.slice(received).every((entry) => !entry.message);
      // A native EventSource tells of a block that has nothing but an ID only with the event after it.
      const least = sight === 'everything' ? log.length : received;
      const lastEventId = Number(state.lastEventId);
      return state.settled && complete && lastEventId >= least && lastEventId <= log.length;
    },
    /** For a person. */
    get stand() {
      return `received ${received} of ${log.length}, ${JSON.stringify(state)}`;
    },
    receive({ event, data, id }: Delivery): void {
      count += 1;
      const expected = log.slice(received, received + 100).find((entry) => entry.message);
      if (id !== String(expected?.id)) {
        complain(`received ${id} where ${expected?.id} was next`);
      } else if (event !== expected?.message?.event || data !== expected.message.data) {
        complain(`received ${id} with another name or other data than was published`);
      }
      received = Number(id);
    },
    show(next: ShownState): void {
      state = next;
    },
  };
}

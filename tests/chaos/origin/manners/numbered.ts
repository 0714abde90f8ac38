import type { LoggedEvent } from '../event-log.ts';
import type { Manner, MannerOptions, Script } from '../manners.ts';

/** How far back a server goes that always replays the last events. */
const recent = 25;

/** How many events a proxy sends once more, at most. */
const mostAgain = 20;

/** How long a stream is that has an end, in entries of the log. */
const lengths = [5, 60] as const;

/**
 * A log with an ID for each event. What follows the last event ID is replayed, and perhaps some before it; without one, a
 * stream begins with now. Every event has to arrive once, in order.
 */
export function createNumbered(options: MannerOptions): Manner {
  const { log, role, sight, draw, onNews, onFarewell, complain } = options;
  const { farewell = 'none', manner } = role;
  let count = 0;
  /** The ID of the last entry that has arrived, or that came before the stream began. */
  let received = 0;
  /** The stream of a request without an ID has arrived in part. */
  let hasReceived = false;
  let isForgetful = false;
  let hasOpened = false;
  /** After which entry the server says that there is nothing more to come. */
  let end = Infinity;
  /** Entries before that one are not known to the connection. */
  let floor = 0;
  let lastEventId = 0;

  /** After which entry a stream begins that was asked to resume after another. */
  function startOf(asked: number): number {
    if (manner === 'recent') return Math.max(floor, Math.min(asked, log.length - recent));
    return manner === 'again' ? Math.max(floor, asked - draw.whole(0, mostAgain)) : asked;
  }

  function begin(): void {
    if (hasReceived && !isForgetful) complain(`forgot that it had received ${received}`);
    received = log.length;
    floor = received;
    hasReceived = false;
    isForgetful = false;
    end = farewell === 'none' ? Infinity : received + draw.whole(...lengths);
  }

  const farewellText = farewell === 'named' ? `event: ${goodbye}\ndata\n\n` : `data: ${done}\n\n`;

  function isFarewell(event: string, data: string): boolean {
    return farewell === 'named' ? event === goodbye : farewell === 'data' && data === done;
  }

  return {
    get count() {
      return count;
    },
    get holdsId() {
      if (isForgetful) return 'unsure';
      return hasReceived || (hasOpened && 'unsure'); // it may have been handed an ID by itself
    },
    hasMessages: false,
    hasFarewell: farewell !== 'none',
    get isComplete() {
      const isAllHere = log.slice(received, end).every((entry) => !entry.message);
      // A native EventSource tells of a block that has nothing but an ID only with the event after it.
      const least = sight === 'everything' && hasReceived ? Math.min(log.length, end) : received;
      return isAllHere && (!hasReceived || lastEventId >= least) && lastEventId <= log.length;
    },
    get stand() {
      return `received ${received} of ${log.length}, last event ID ${lastEventId}`;
    },
    ask() {},
    mayForget() {
      isForgetful = true;
    },
    open(resumeAfter) {
      hasOpened = true;
      if (resumeAfter === '') begin();
      const asked = resumeAfter === '' ? received : Number(resumeAfter);
      if (!(asked <= log.length)) complain(`asked for what follows ${resumeAfter}`);
      let isOver = false;

      function wireOf({ id, wire }: LoggedEvent): string {
        if (isOver) return '';
        isOver = id >= end;
        return isOver ? wire + farewellText : wire;
      }
      if (asked >= end) isOver = true;
      const first = isOver ? farewellText : log.slice(startOf(asked)).map(wireOf).join('');
      return {
        first,
        next: wireOf,
        get isOver() {
          return isOver;
        },
      } satisfies Script;
    },
    receive({ event, data, id }) {
      count += 1;
      if (isFarewell(event, data)) {
        if (log.slice(received, end).some(({ message }) => message))
          complain(`was told of the end after ${received}`);
        return onFarewell();
      }
      const expected = log.slice(received, received + 100).find((entry) => entry.message);
      if (id !== String(expected?.id)) {
        complain(`received ${id} where ${expected?.id} was next`);
      } else if (event !== expected?.message?.event || data !== expected.message.data) {
        complain(`received ${id} with another name or other data than was published`);
      }
      received = Number(id);
      hasReceived = true;
      onNews();
    },
    show(state) {
      lastEventId = Number(state.lastEventId);
    },
    begin() {
      floor = received;
    },
    hear() {},
  };
}

/** The last word of a server: by the name of an event, or by its data. */
export const goodbye = 'goodbye';
export const done = '[DONE]';

import type { LoggedEvent } from '../event-log.ts';
import type { Manner, MannerOptions, Script } from '../manners.ts';
import { blockOf, idIn, nextAfter } from './event-block.ts';

/**
 * A server that begins each stream with now, and gives no IDs. Nothing is to arrive twice, nothing may be missing within a
 * stream, and the app has to be told that something may be missing between two.
 */
export function createBlind({ log, complain }: MannerOptions): Manner {
  let count = 0;
  let received = 0;
  /** After which entries streams begin that were asked for since. */
  let begun: number[] = [];
  /** The last message that the newest stream was sent. */
  let sent = 0;
  let hasOpened = false;
  let hasMessages = false;
  /** The app has to be told of a gap before anything else. */
  let isOwedGap = false;

  function expectGap(): void {
    if (isOwedGap) complain('did not tell of the gap between two streams without IDs');
    isOwedGap = false;
  }

  return {
    get count() {
      return count;
    },
    holdsId: false,
    hasFarewell: false,
    get isComplete() {
      return received >= sent;
    },
    get stand() {
      return `received ${received} of ${sent}`;
    },
    ask() {
      expectGap();
      hasMessages = false;
    },
    get hasMessages() {
      return hasMessages;
    },
    mayForget() {},
    open(resumeAfter) {
      if (resumeAfter !== '') complain(`resumes after ${resumeAfter}, which nobody has told it`);
      begun.push(log.length);
      sent = 0;
      return {
        first: '',
        next({ id, message }: LoggedEvent) {
          if (!message) return '';
          sent = id;
          return blockOf(message);
        },
        isOver: false,
      } satisfies Script;
    },
    receive({ data, id: given }) {
      count += 1;
      expectGap();
      const id = idIn(data);
      const start = begun.findIndex((after) => after >= received && nextAfter(log, after) === id);
      if (start >= 0) begun = begun.slice(start + 1);
      else if (id !== nextAfter(log, received)) complain(`received ${id} after ${received}`);
      if (given !== '') complain(`received ${id} with the ID ${given}`);
      received = id;
      hasMessages = true;
    },
    show() {},
    begin() {
      hasOpened = false;
    },
    hear(news) {
      if (news === 'opened') {
        expectGap();
        isOwedGap = hasOpened;
        hasOpened = true;
      } else {
        if (!isOwedGap) complain('told of a gap where there was none');
        isOwedGap = false;
      }
    },
  };
}

import type { LoggedEvent } from '../event-log.ts';
import type { Manner, MannerOptions, Script } from '../manners.ts';
import { blockOf, idIn, nextAfter } from './event-block.ts';

/** How many entries of the log come between two checkpoints. */
const distance = 4;

/**
 * Messages without IDs, and after some of them an ID by itself: what came after the last one is sent again. So every event
 * has to arrive in order, and what came before a checkpoint only once.
 */
export function createCheckpoints({ log, onNews, complain }: MannerOptions): Manner {
  let count = 0;
  /** The ID of the last entry that has arrived. */
  let received = 0;
  let highest = 0;
  /** The last checkpoint that must have arrived by now, and that had when the newest attempt began. */
  let passed = 0;
  let passedAtAttempt = 0;
  /** After which entry a stream begins that was asked for without an ID. */
  let start = 0;
  /** After which entry the stream began that is read. */
  let current = 0;
  /** After which entries streams begin that were asked for since. */
  let begun: number[] = [];
  let lastEventId = 0;
  let isForgetful = false;

  function wireOf({ id, message }: LoggedEvent): string {
    return (message ? blockOf(message) : '') + (id % distance === 0 ? `id: ${id}\n\n` : '');
  }

  return {
    get count() {
      return count;
    },
    get holdsId() {
      return passed > 0;
    },
    hasMessages: false,
    hasFarewell: false,
    get isComplete() {
      const newest = Math.floor(log.length / distance) * distance;
      return log.slice(received).every((entry) => !entry.message) && (passed === 0 || lastEventId === newest);
    },
    get stand() {
      return `received ${received} of ${log.length}, checkpoint ${lastEventId}`;
    },
    ask() {
      passedAtAttempt = passed;
    },
    mayForget() {
      isForgetful = true;
    },
    open(resumeAfter) {
      if (resumeAfter === '' && isForgetful) {
        isForgetful = false;
        start = received = highest = current = log.length;
        passed = passedAtAttempt = 0;
        begun = [];
      }
      const after = resumeAfter === '' ? start : Number(resumeAfter);
      if (after < passedAtAttempt)
        complain(`asked for what follows ${after}, and had been given ${passedAtAttempt}`);
      if (resumeAfter !== '') passed = Math.max(passed, after);
      begun.push(after);
      return { first: log.slice(after).map(wireOf).join(''), next: wireOf, isOver: false } satisfies Script;
    },
    receive({ data }) {
      count += 1;
      const id = idIn(data);
      if (id !== nextAfter(log, received)) {
        const again = begun.findIndex((after) => nextAfter(log, after) === id);
        if (id > (nextAfter(log, highest) ?? Infinity)) complain(`received ${id} after ${highest}`);
        if (again < 0) complain(`received ${id} after ${received}`);
        current = begun[again] ?? current;
        passed = Math.min(passed, current); // its checkpoints move the client back
        begun = begun.slice(again + 1);
      }
      // The checkpoints before it on this stream have arrived.
      const checkpoint = Math.floor((id - 1) / distance) * distance;
      if (checkpoint > Math.max(passed, current)) {
        passed = checkpoint;
        onNews();
      }
      received = id;
      highest = Math.max(highest, id);
    },
    show(state) {
      lastEventId = Number(state.lastEventId);
    },
    begin() {},
    hear() {},
  };
}

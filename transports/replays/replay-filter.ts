import type { ConnectionClock } from '../../machines/clock.ts';
import type { Message, MessageBatch } from '../../machines/message.ts';
import { indexOfTrace, isOwnId, mostMessages, type ReplayMemory } from './replay-memory.ts';

/** How many messages of a new stream are looked at: a server may replay more than it was asked for. */
const mostLookedAt = 4 * mostMessages;

/** How long messages are held back, in milliseconds. */
const longestHold = 1_000;

interface ReplayFilterOptions {
  readonly replays: ReplayMemory;
  /** The ID that the stream was asked to resume after. */
  readonly askedAfter: string;
  /** Whether there is anything to look for. */
  readonly isActive: boolean;
  readonly clock: ConnectionClock;
  readonly deliver: (batch: MessageBatch) => void;
}

/** A message, and whether it brought its ID. */
type Entry = readonly [message: Message, isOwn: boolean];

/** Messages that have repeated, one by one, what was delivered. */
interface Run {
  /** Which of the known ones has to come next. */
  next: number;
  /** All that came since; those without an ID of their own repeat nothing. */
  readonly held: Entry[];
  /** The ID that came after all of them, without a message. */
  checkpoint: string | undefined;
}

/**
 * Delivers what a stream brings, but for a replay: messages that repeat, in order, a stretch of what was delivered, up
 * to the last one of it. They are held back until that is clear. Where it turns out otherwise, the server numbers anew,
 * and they are news.
 */
export function createReplayFilter({ replays, askedAfter, isActive, clock, deliver }: ReplayFilterOptions) {
  const known = isActive ? replays.recall() : [];
  /** Since this stream was asked for, the one before has delivered more: that will come again, however late. */
  const overlaps = replays.lastEventId !== askedAfter;
  let left = known.length > 0 ? mostLookedAt : 0;
  let run: Run | undefined;
  let timer: unknown;
  let inForce = askedAfter;
  /** The stream has given an ID that counts; until then, the one of the stream before is in force for the app. */
  let hasMoved = false;

  function endRun(): void {
    clock.clearTimeout(timer);
    run = undefined;
    left = 0;
  }

  /** Looks at each message, as long as there may be replays. */
  function sift({ messages, ownIds, lastEventId, ...rest }: MessageBatch): MessageBatch {
    const news: Entry[] = [];
    let cursor = replays.lastEventId;
    let before = inForce;

    function pass(entry: Entry): void {
      news.push(entry);
      if (entry[1]) moveTo(entry[0].id);
    }
    function moveTo(id: string): void {
      cursor = id;
      hasMoved = true;
    }
    function passCheckpoint(id: string): void {
      if (run) run.checkpoint = id;
      else moveTo(id);
    }
    /** An ID that came alone after them is left out: the message that ends the run has one of its own. */
    function passHeld({ held }: Run, isReplay: boolean): void {
      endRun();
      for (const entry of held) {
        if (isReplay && entry[1]) replays.dropped += 1;
        else pass(entry);
      }
      // The messages before the replay had moved the cursor back.
      if (isReplay && hasMoved) cursor = lastIdOf(held) ?? cursor;
    }

    messages.forEach((message, index) => {
      const isOwn = isOwnId(ownIds, messages, index, inForce);
      if (!isOwn && message.id !== before) passCheckpoint(message.id);
      before = message.id;
      const entry: Entry = [message, isOwn];
      const found = isOwn && left > 0 ? indexOfTrace(known, message) : -1;
      if (run && isOwn && found !== run.next) passHeld(run, false);
      if (run || (found >= 0 && left > 0)) {
        run ??= { next: found, held: [], checkpoint: undefined };
        run.held.push(entry);
        if (isOwn) Object.assign(run, { next: run.next + 1, checkpoint: undefined });
        if (run.next === known.length) passHeld(run, true);
      } else {
        left = Math.max(0, left - 1);
        pass(entry);
      }
    });
    if (lastEventId !== before) passCheckpoint(lastEventId);
    return {
      ...rest,
      messages: news.map(([message]) => message),
      ownIds: news.map(([, isOwn]) => isOwn),
      lastEventId: cursor,
    };
  }

  /** Delivers the messages that were held back: they are news after all. */
  function release({ held, checkpoint }: Run): void {
    endRun();
    hasMoved = true;
    deliver({
      messages: held.map(([message]) => message),
      ownIds: held.map(([, isOwn]) => isOwn),
      lastEventId: checkpoint ?? lastIdOf(held) ?? replays.lastEventId,
    });
  }

  return {
    take(batch: MessageBatch): void {
      const { lastEventId, ownIds } = batch;
      if (left > 0) {
        const wasHolding = run !== undefined;
        const news = sift(batch);
        inForce = lastEventId;
        const begun = wasHolding ? undefined : run;
        if (begun) timer = clock.setTimeout(() => release(begun), longestHold);
        deliver(news);
      } else {
        // It may give just the ID that it was asked to resume after.
        hasMoved ||=
          lastEventId !== inForce ||
          (ownIds !== false &&
            batch.messages.some((_, index) => isOwnId(ownIds, batch.messages, index, inForce)));
        deliver(hasMoved ? batch : { ...batch, lastEventId: replays.lastEventId });
      }
    },
    /** Messages that come from now on are no replay. */
    settle(): void {
      if (!overlaps && !run) left = 0;
    },
    /** The server has ended the stream: what looks like a part of a replay was all there is. */
    end(): void {
      if (run && !overlaps) release(run);
    },
    dispose: () => clock.clearTimeout(timer),
  };
}

function lastIdOf(entries: readonly Entry[]): string | undefined {
  return entries.findLast(([, isOwn]) => isOwn)?.[0].id;
}

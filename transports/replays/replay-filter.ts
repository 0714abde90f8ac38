import type { ConnectionClock } from '../../machines/clock.ts';
import type { Message, MessageBatch } from '../../machines/message.ts';
import { indexOfTrace, isOwnId, mostMessages, type ReplayMemory } from './replay-memory.ts';

/** How many messages of a new stream are looked at. A server may replay more than it was asked for. */
const mostLookedAt = 4 * mostMessages;

/** How long messages are held back, in milliseconds. */
const longestHold = 1_000;

interface ReplayFilterOptions {
  readonly replays: ReplayMemory;
  /** The ID that the stream was asked to resume after. */
  readonly askedAfter: string;
  /** False with `replays: 'deliver'`. */
  readonly isActive: boolean;
  readonly clock: ConnectionClock;
  readonly deliver: (batch: MessageBatch) => void;
}

/** A message, and whether it brought its ID itself. */
type Entry = readonly [message: Message, isOwn: boolean];

/** A run of messages that have repeated, one by one, messages that were delivered. */
interface Run {
  /** The index of the known message that has to come next. */
  next: number;
  /** The messages since the run began. Those without an ID of their own are no part of a replay. */
  readonly held: Entry[];
  /** The ID that came after them without a message. */
  checkpoint: string | undefined;
}

/**
 * Delivers the messages of a stream without replays. A replay is a run of messages that repeat, in order, a stretch
 * of the delivered messages up to the last one. They are held back until that is clear. If they turn out to be no
 * replay, the server numbers anew, and they are news.
 */
export function createReplayFilter({ replays, askedAfter, isActive, clock, deliver }: ReplayFilterOptions) {
  const known = isActive ? replays.recall() : [];
  /** The former stream delivered more after this one was requested. Those messages will come again, however late. */
  const overlaps = replays.lastEventId !== askedAfter;
  let left = known.length > 0 ? mostLookedAt : 0;
  let run: Run | undefined;
  let timer: unknown;
  let inForce = askedAfter;
  /**
   * The stream has given an ID that counts. Until then, the last ID of the former stream stays in force for the app.
   */
  let hasMoved = false;

  function endRun(): void {
    clock.clearTimeout(timer);
    run = undefined;
    left = 0;
  }

  /** Looks at each message while there may be replays. */
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
    /**
     * Passes on what was held back. An ID that came alone after it is left out, because the message that ends the run
     * has an ID of its own.
     */
    function passHeld({ held }: Run, isReplay: boolean): void {
      endRun();
      for (const entry of held) {
        if (isReplay && entry[1]) replays.dropped += 1;
        else pass(entry);
      }
      // The messages before the replay moved the cursor back.
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

  /** Delivers the messages that were held back: they are news. */
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
        // The ID may be the very one that the stream was asked to resume after.
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
    /** The server has ended the stream, so a run that is not complete is no replay. */
    end(): void {
      if (run && !overlaps) release(run);
    },
    dispose: () => clock.clearTimeout(timer),
  };
}

function lastIdOf(entries: readonly Entry[]): string | undefined {
  return entries.findLast(([, isOwn]) => isOwn)?.[0].id;
}

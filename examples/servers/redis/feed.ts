import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Batch, compareIds, type Entry, type EventLog, isId } from './log.ts';

/** Sends the log to all streams of this process, which reads it once for all of them. */
export interface Feed {
  /** Resolves when it knows where the log ends. Nobody can be served before that. */
  readonly begun: Promise<void>;
  /**
   * Where a stream begins: after the event that the client names, if what follows is still kept, else as near as can be.
   * Rejects while Redis is away, if it has to be asked.
   */
  startAfter(lastEventId: unknown): Promise<string>;
  /** Writes what comes after an ID into a stream, until it is closed. */
  follow(stream: Writable, after: string): void;
}

interface Follower {
  readonly stream: Writable;
  /** The ID of the last event that was written. */
  cursor: string;
}

/** How many events stay in memory, for those who come back soon: a whole herd of them costs Redis nothing. */
const remembered = 1_000;

export function createFeed(log: EventLog): Feed {
  /** Streams that have all that was read: the next batch is theirs. */
  const live = new Set<Follower>();
  /** Streams that were served by a process that had read more than this one has. */
  const ahead = new Set<Follower>();
  const recent: Entry[] = [];
  /** The ID before the first one of these. */
  let recentAfter = '';
  /** The ID of the last event that was read. */
  let newest: string | undefined;

  const begun = new Promise<void>((resolve) => {
    void run(resolve);
  });

  async function run(begin: () => void): Promise<void> {
    for await (const batch of log.read()) {
      spread(batch);
      begin();
    }
  }

  function spread({ after, entries }: Batch): void {
    if (after !== newest) startAgain(after);
    newest = entries.at(-1)?.id ?? after;
    recent.push(...entries);
    recentAfter = recent.splice(0, recent.length - remembered).at(-1)?.id ?? recentAfter;
    if (entries.length > 0) {
      // Bytes, made once: a text would be encoded for each stream.
      const bytes = Buffer.from(textOf(entries));
      for (const follower of live) {
        follower.cursor = newest;
        // Trap: a stream that was ended is there until its client has read all of it, and a write would end the process.
        if (!isOpen(follower.stream)) live.delete(follower);
        else if (!follower.stream.write(bytes)) waitForDrain(follower);
      }
    }
    for (const follower of [...ahead]) void catchUp(follower);
  }

  /** Events were trimmed before they were read. Those who miss them are ended, come back, and are told of the gap. */
  function startAgain(after: string): void {
    for (const { stream } of [...live, ...ahead]) stream.end();
    recent.length = 0;
    recentAfter = after;
  }

  /** A client that reads slowly gets no more until it has read: the log has it, so nothing piles up here. */
  function waitForDrain(follower: Follower): void {
    live.delete(follower);
    follower.stream.once('drain', () => void catchUp(follower));
  }

  async function catchUp(follower: Follower): Promise<void> {
    ahead.delete(follower);
    while (isOpen(follower.stream)) {
      const distance = compareIds(follower.cursor, newest ?? '');
      // Trap: who reads the log and listens afterwards loses what comes between. Here nothing can: no other code runs
      // between this comparison and the next line.
      if (distance === 0) return void live.add(follower);
      if (distance > 0) return void ahead.add(follower);
      const entries = await missedBy(follower.cursor).catch(() => sleep(100, []));
      // Trimmed meanwhile. The client comes back from the end of its stream, and is told of the gap.
      if (!entries) return void follower.stream.end();
      const last = entries.at(-1);
      if (!last || !isOpen(follower.stream)) continue;
      follower.cursor = last.id;
      if (!follower.stream.write(textOf(entries))) return waitForDrain(follower);
    }
  }

  async function missedBy(cursor: string): Promise<readonly Entry[] | undefined> {
    if (compareIds(cursor, recentAfter) < 0) return log.between(cursor, newest ?? '');
    return recent.slice(recent.findLastIndex(({ id }) => compareIds(id, cursor) <= 0) + 1);
  }

  return {
    begun,
    async startAfter(lastEventId) {
      if (newest === undefined) throw new Error('The log was not read yet.');
      if (!isId(lastEventId)) return newest;
      const isRecent = compareIds(lastEventId, recentAfter) >= 0 && compareIds(lastEventId, newest) <= 0;
      if (isRecent) return lastEventId;
      const ends = await log.ends();
      // An ID of another log.
      if (compareIds(lastEventId, ends.newest) > 0) return newest;
      return compareIds(lastEventId, ends.before) < 0 ? ends.before : lastEventId;
    },
    follow(stream, after) {
      const follower = { stream, cursor: after };
      stream.once('close', () => {
        live.delete(follower);
        ahead.delete(follower);
      });
      void catchUp(follower);
    },
  };
}

function textOf(entries: readonly Entry[]): string {
  return entries.map(({ text }) => text).join('');
}

function isOpen({ destroyed, writableEnded }: Writable): boolean {
  return !destroyed && !writableEnded;
}

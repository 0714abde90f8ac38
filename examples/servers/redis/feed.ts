import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Batch, compareIds, type Entry, type EventLog, isId } from './log.ts';

/** Sends the log to all streams of this process, which reads it once for all of them. */
export interface Feed {
  /** Resolves when it knows the end of the log. No client can be served before that. */
  readonly begun: Promise<void>;
  /**
   * The ID after which a stream begins: that of the client, if the next event is still kept; else the nearest one.
   * Rejects when it has to ask Redis while Redis is away.
   */
  startAfter(lastEventId: unknown): Promise<string>;
  /** Writes the events after an ID into a stream, until it is closed. */
  follow(stream: Writable, after: string): void;
}

interface Follower {
  readonly stream: Writable;
  /** The ID of the last event that was written. */
  cursor: string;
}

/** How many events stay in memory for clients that come back soon, so that many at once cost Redis nothing. */
const remembered = 1_000;

export function createFeed(log: EventLog): Feed {
  /** Streams that have every event that was read: they get the next batch. */
  const live = new Set<Follower>();
  /** Streams whose client had got more from another process than this one has read. */
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
      // Encoded once, because a text would be encoded for each stream.
      const bytes = Buffer.from(textOf(entries));
      for (const follower of live) {
        follower.cursor = newest;
        // Trap: a stream that was ended exists until its client has read all of it, and a write would end the
        // process.
        if (!isOpen(follower.stream)) live.delete(follower);
        else if (!follower.stream.write(bytes)) waitForDrain(follower);
      }
    }
    for (const follower of [...ahead]) void catchUp(follower);
  }

  /**
   * Events were trimmed before they were read. Streams that miss them are ended; the clients come back, and are told
   * of the gap.
   */
  function startAgain(after: string): void {
    for (const { stream } of [...live, ...ahead]) stream.end();
    recent.length = 0;
    recentAfter = after;
  }

  /** A slow client gets no more events until it has read: the log keeps them, so nothing piles up here. */
  function waitForDrain(follower: Follower): void {
    live.delete(follower);
    follower.stream.once('drain', () => void catchUp(follower));
  }

  async function catchUp(follower: Follower): Promise<void> {
    ahead.delete(follower);
    while (isOpen(follower.stream)) {
      const distance = compareIds(follower.cursor, newest ?? '');
      // Trap: code that reads the log and then listens loses the events between the two. Here there are none, because
      // no other code runs between this comparison and the next line.
      if (distance === 0) return void live.add(follower);
      if (distance > 0) return void ahead.add(follower);
      const entries = await missedBy(follower.cursor).catch(() => sleep(100, []));
      // The events were trimmed meanwhile. The client comes back at the end of its stream, and is told of the gap.
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

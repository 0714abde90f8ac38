import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { eventText } from '../shared/events.ts';

/** An event of the log in the format of the stream: made once, and sent to all. */
export interface Entry {
  /** Made by Redis, such as `1700000000000-0`. It is also the ID of the event, so every process knows it. */
  readonly id: string;
  readonly text: string;
}

/** A Redis Stream. While Redis is away, every call fails at once. */
export interface EventLog {
  /** Resolves with the ID. After an error, nobody can know whether the event is in the log. */
  append(name: string, data: string): Promise<string>;
  /** The first 500 entries after an ID up to another; undefined where some of them are no longer kept. */
  between(after: string, last: string): Promise<readonly Entry[] | undefined>;
  /** Yields the events that are appended from now on, and an empty batch whenever it has started to read. */
  read(): AsyncGenerator<Batch, void>;
  /** The ends of the log: the ID before the first entry, and that of the last one. */
  ends(): Promise<Ends>;
  close(): Promise<void>;
}

export interface Batch {
  /**
   * The ID before the batch. If it is not the last one of the batch before, events were trimmed before they were
   * read.
   */
  readonly after: string;
  readonly entries: readonly Entry[];
}

export interface Ends {
  readonly before: string;
  readonly newest: string;
}

/** @param kept How many events are kept, or some more: Redis trims by whole blocks. */
export function openLog(url: string, key: string, kept: number): EventLog {
  // Trap: ioredis would repeat an XADD that Redis may have done before the connection was lost: two events.
  const once = { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, enableOfflineQueue: false };
  const retryStrategy = (times: number) => Math.min(times * 50, 1_000);
  const redis = new Redis(url, { ...once, retryStrategy });
  // A blocking command holds up all others of its connection.
  const reader = new Redis(url, { ...once, retryStrategy });
  // Without a listener, a Redis that is away would end the process.
  for (const client of [redis, reader]) client.on('error', () => undefined);
  let isClosed = false;

  async function ends(): Promise<Ends> {
    const reply = await redis.xinfo('STREAM', key).catch((error: Error) => {
      if (error.message.includes('no such key')) return [];
      throw error;
    });
    const values = Array.isArray(reply) ? reply : [];
    const value = (name: string) => values[values.indexOf(name) + 1];
    if (values.length === 0) return { before: '0-0', newest: '0-0' };
    const isWhole = value('entries-added') === value('length');
    return {
      before: isWhole ? '0-0' : idBefore(String(value('first-entry')[0])),
      newest: String(value('last-generated-id')),
    };
  }

  return {
    ends,
    async append(name, data) {
      const id = await redis.xadd(key, 'MAXLEN', '~', kept, '*', 'name', name, 'data', data);
      return String(id);
    },
    async between(after, last) {
      const found = await redis.xrange(key, `(${after}`, last, 'COUNT', 500);
      // Asked afterwards, so that nothing is trimmed unnoticed between the two.
      const { before } = await ends();
      return compareIds(before, after) > 0 ? undefined : found.map(entryOf);
    },
    async *read() {
      let cursor: string | undefined;
      let isSure = false;
      while (!isClosed) {
        try {
          // Trap: to read on from `$` loses what was appended while the connection was away.
          if (!isSure) {
            const { before, newest } = await ends();
            if (cursor === undefined || compareIds(before, cursor) > 0) cursor = newest;
            isSure = true;
            yield { after: cursor, entries: [] };
          }
          const after = cursor ?? '0-0';
          const reply = await reader.xread('COUNT', 500, 'BLOCK', 5_000, 'STREAMS', key, after);
          const entries = (reply?.[0]?.[1] ?? []).map(entryOf);
          cursor = entries.at(-1)?.id ?? after;
          if (entries.length > 0) yield { after, entries };
        } catch {
          isSure = false;
          await sleep(50);
        }
      }
    },
    async close() {
      isClosed = true;
      reader.disconnect();
      await redis.quit().catch(() => redis.disconnect());
    },
  };
}

function entryOf([id, fields]: [id: string, fields: string[]]): Entry {
  const value = (name: string) => fields[fields.indexOf(name) + 1] ?? '';
  return { id, text: eventText({ id, name: value('name'), data: value('data') }) };
}

/** Which of two IDs comes first: negative where it is the one. They are numbers of any length, not text. */
export function compareIds(one: string, other: string): number {
  const [oneTime = 0, oneCount = 0] = one.split('-').map(Number);
  const [otherTime = 0, otherCount = 0] = other.split('-').map(Number);
  return oneTime - otherTime || oneCount - otherCount;
}

export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,15}(-\d{1,15})?$/.test(value);
}

/** The greatest ID that is less than another. */
function idBefore(id: string): string {
  const [time = 0, count = 0] = id.split('-').map(Number);
  // The counter of Redis has 64 bits; this much of it is enough, and a number.
  return count > 0 ? `${time}-${count - 1}` : `${time - 1}-${10 ** 15 - 1}`;
}

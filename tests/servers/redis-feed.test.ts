import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createFeed } from '../../examples/servers/redis/feed.ts';
import { type Batch, compareIds, type Entry, type EventLog } from '../../examples/servers/redis/log.ts';
import { quiet, until } from '../support/until.ts';

const entry = (number: number): Entry => ({ id: `${number}-0`, text: `${number} ` });

/** A log whose reader brings what the test says, when it says so. */
function playedLog(entries: Entry[], before = '0-0') {
  const batches: Batch[] = [];
  let wake: (() => void) | undefined;
  let isTrimmed = false;
  const log: EventLog = {
    append: async () => '',
    async between(after, last) {
      await quiet(2);
      if (isTrimmed) return undefined;
      return entries.filter(({ id }) => compareIds(id, after) > 0 && compareIds(id, last) <= 0).slice(0, 2);
    },
    ends: async () => ({ before, newest: entries.at(-1)?.id ?? '0-0' }),
    async *read() {
      for (;;) {
        const batch = batches.shift();
        if (batch) yield batch;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    close: async () => undefined,
  };
  return {
    log,
    trim: () => (isTrimmed = true),
    async bring(after: string, ...numbers: number[]) {
      const added = numbers.map(entry);
      for (const one of added) if (!entries.some(({ id }) => id === one.id)) entries.push(one);
      batches.push({ after, entries: added });
      wake?.();
      await quiet(2);
    },
  };
}

/** A stream of a client that reads, or does not. */
function listen(options = {}) {
  const stream = new PassThrough(options);
  let text = '';
  const read = () => stream.on('data', (chunk) => (text += chunk));
  return { stream, read, text: () => text.trim() };
}

test('what comes while a stream reads the log is sent once, after it', async () => {
  const { log, bring } = playedLog([1, 2, 3, 4, 5].map(entry));
  const feed = createFeed(log);
  await bring('5-0');
  const { stream, read, text } = listen();
  read();
  feed.follow(stream, '1-0');
  await bring('5-0', 6);
  await bring('6-0', 7, 8);
  await until(() => text().endsWith('8'));
  await bring('8-0', 9);
  await until(() => text().endsWith('9'));
  expect(text()).toBe('2 3 4 5 6 7 8 9');
});

test('a stream that has more than this process has read waits for what it lacks', async () => {
  const { log, bring } = playedLog([1, 2, 3].map(entry));
  const feed = createFeed(log);
  await bring('1-0');
  expect(await feed.startAfter('3-0')).toBe('3-0');
  const { stream, read, text } = listen();
  read();
  feed.follow(stream, '3-0');
  await bring('1-0', 2);
  await bring('2-0', 3, 4);
  await until(() => text() !== '');
  expect(text()).toBe('4');
});

test('a client that does not read is sent no more until it does, and then all of it', async () => {
  const { log, bring } = playedLog([entry(1)]);
  const feed = createFeed(log);
  await bring('1-0');
  const { stream, read, text } = listen({ highWaterMark: 4 });
  feed.follow(stream, '1-0');
  await bring('1-0', 2);
  await bring('2-0', 3, 4);
  await bring('4-0', 5, 6, 7, 8);
  const waiting = stream.readableLength + stream.writableLength;
  expect(waiting).toBeLessThan(12);
  read();
  await until(() => text().endsWith('8'));
  expect(text()).toBe('2 3 4 5 6 7 8');
});

test('a stream is ended when what it needs was trimmed, and so are all when this process missed some', async () => {
  const { log, bring, trim } = playedLog([1, 2, 3].map(entry));
  const feed = createFeed(log);
  await bring('3-0');
  const [slow, other] = [listen(), listen()];
  trim();
  feed.follow(slow.stream, '1-0');
  feed.follow(other.stream, '3-0');
  await until(() => slow.stream.writableEnded);
  expect(other.stream.writableEnded).toBe(false);
  await bring('9-0', 10);
  expect(other.stream.writableEnded).toBe(true);
});

test('an event is made into bytes once, for all streams', async () => {
  const { log, bring } = playedLog([entry(1)]);
  const feed = createFeed(log);
  await bring('1-0');
  const chunks: unknown[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { stream } = listen();
    stream.write = (chunk: unknown) => chunks.push(chunk) > 0;
    feed.follow(stream, '1-0');
  }
  await bring('1-0', 2);
  expect(chunks).toHaveLength(3);
  expect(new Set(chunks).size).toBe(1);
});

test('an ID that was never given begins at the newest event, one that is trimmed at the oldest', async () => {
  const { log, bring } = playedLog([7, 8, 9].map(entry), '6-999999999999999');
  const feed = createFeed(log);
  await expect(feed.startAfter(undefined)).rejects.toThrow('not read yet');
  await bring('9-0');
  for (const id of [undefined, '', 'some-id', '-1', '10-0', '9-1', '99999999999999999-0']) {
    expect(await feed.startAfter(id)).toBe('9-0');
  }
  expect(await feed.startAfter('8-0')).toBe('8-0');
  // The last one that was trimmed: what follows it is still there, which nobody can know.
  expect(await feed.startAfter('6-0')).toBe('6-999999999999999');
  expect(await feed.startAfter('6-999999999999999')).toBe('6-999999999999999');
});

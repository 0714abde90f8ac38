import { expect, test } from 'vitest';
import { createFollowers, eventText, type LoggedEvent } from '../../examples/servers/shared/events.ts';
import { createStreams } from '../../examples/servers/shared/streams.ts';

const event = (id: number): LoggedEvent => ({ id, name: 'message', data: String(id) });

test('an event of several lines has a field for each', () => {
  expect(eventText({ id: 7, name: 'note', data: 'one\r\ntwo\rthree\nfour' })).toBe(
    'id: 7\nevent: note\ndata: one\ndata: two\ndata: three\ndata: four\n\n',
  );
});

test('a log is read to its end, whatever one reading brings', async () => {
  const log = Array.from({ length: 7 }, (_, index) => event(index + 1));
  const { follow } = createFollowers();
  const reading = new AbortController();
  const ids: number[] = [];
  for await (const { id } of follow((after) => log.slice(after, after + 3), 0, reading.signal)) {
    ids.push(id);
    if (id === 7) reading.abort();
  }
  expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('what is appended while the log is read is not lost', async () => {
  const log = [event(1)];
  const { follow, wake } = createFollowers();
  const reading = new AbortController();
  const ids: number[] = [];
  async function read(after: number): Promise<LoggedEvent[]> {
    const found = log.slice(after);
    // The database has looked, and its answer is on the way.
    if (found.length === 0 && log.length < 3) {
      log.push(event(log.length + 1));
      wake();
    }
    await Promise.resolve();
    return found;
  }
  for await (const { id } of follow(read, 0, reading.signal)) {
    ids.push(id);
    if (id === 3) reading.abort();
  }
  expect(ids).toEqual([1, 2, 3]);
});

test('a stream that waits for the next event ends when its client leaves', async () => {
  const { follow } = createFollowers();
  const leaving = new AbortController();
  const next = follow(() => [], 0, leaving.signal).next();
  leaving.abort();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('a user’s oldest stream is kicked, and one that has ended is counted out', () => {
  const { enter, endAll } = createStreams(2);
  const ended: string[] = [];
  const open = (user: string, name: string) => enter(user, (why) => ended.push(`${name} ${why}`));
  const leaveFirst = open('ada', 'first');
  open('ada', 'second');
  open('bob', 'other');
  leaveFirst();
  open('ada', 'third');
  expect(ended).toEqual([]);
  open('ada', 'fourth');
  expect(ended).toEqual(['second kicked']);
  endAll();
  expect(ended.slice(1)).toEqual(['third stopping', 'fourth stopping', 'other stopping']);
});

test('a stream that comes when all have ended is ended too', async () => {
  const { enter, endAll } = createStreams(2);
  endAll();
  const ended = await new Promise((resolve) => enter('ada', resolve));
  expect(ended).toBe('stopping');
});

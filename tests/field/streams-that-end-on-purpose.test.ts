import { describe, expect, test } from 'vitest';
import { seededRandom } from '../support/seeded-random.ts';
import { type Answer, body, status } from '../support/sse-server.ts';
import { clock, type connect, dataOf, listen, reached, server } from '../support/stepped-connection.ts';
import { until } from '../support/until.ts';

const times = 40;

/** Answers each request with what a function makes of its number, and ends the stream. */
function eachTime(textOf: (n: number) => string): Answer {
  return () => body(textOf(server.requests.length));
}

/** Lets the connection come back so many times, and says how long it waited each time. */
async function comeBack(connection: ReturnType<typeof connect>, count = times): Promise<number[]> {
  const waits: number[] = [];
  for (let n = 1; n <= count; n += 1) {
    await until(() => server.requests.length === n && connection.state.status === 'backoff', `end ${n}`);
    const wait = (connection.state.retryAt ?? Number.NaN) - clock.now();
    waits.push(wait);
    clock.advance(wait);
  }
  await until(() => server.requests.length === count + 1);
  return waits;
}

const idsAsked = () => server.requests.map(({ lastEventId }) => lastEventId);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe('a server that ends every stream on purpose is never given up', () => {
  test('with `retry: 1000` and an event with a new ID, and asked after 1 to 2 s each time', async () => {
    clock.setRandom(seededRandom(1));
    server.answer(eachTime((n) => `retry: 1000\nid: ${n}\ndata: ${n}\n\n`));
    const { connection, received } = listen({ jitter: 'full' });
    const waits = await comeBack(connection);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2_000);
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(700);
    expect(dataOf(received).slice(0, times)).toEqual(upTo(times));
    expect(idsAsked()).toEqual(['', ...upTo(times).map(String)]);
  });

  test('with `retry: 10`, messages without IDs and an ID by itself: each message comes once, and no ID is asked for twice', async () => {
    server.answer(eachTime((n) => `retry: 10\ndata: ${2 * n - 1}\n\ndata: ${2 * n}\n\nid: ${n}\n\n`));
    const { connection, received } = listen();
    expect(new Set(await comeBack(connection))).toEqual(new Set([110]));
    expect(dataOf(received).slice(0, 2 * times)).toEqual(upTo(2 * times));
    expect(idsAsked()).toEqual(['', ...upTo(times).map(String)]);
  });

  test('with `retry: 5000` and no IDs at all, and the app hears each time that something may be missing', async () => {
    const gaps: unknown[] = [];
    server.answer(eachTime((n) => `retry: 5000\ndata: ${n}\n\n`));
    const { connection } = listen({ onGap: ({ reason }) => gaps.push(reason) });
    expect(new Set(await comeBack(connection))).toEqual(new Set([10_000]));
    expect(gaps.length).toBeGreaterThanOrEqual(times - 1);
    expect(new Set(gaps)).toEqual(new Set(['no-ids']));
  });

  test('whatever it says in between: the last `retry:` counts, and none leaves it as it was', async () => {
    const paces = ['retry: 2000\n', '', 'retry: 300\n', 'retry: nonsense\n'];
    server.answer(eachTime((n) => `${paces[(n - 1) % paces.length]}id: ${n}\ndata: ${n}\n\n`));
    const { connection } = listen();
    expect(await comeBack(connection, 8)).toEqual([4_000, 4_000, 600, 600, 4_000, 4_000, 600, 600]);
  });

  test('even if it is away in between for as long as the budget lasts', async () => {
    // Seven refusals after an end are eight failures; the event after them makes the budget whole.
    server.answer(() => {
      const n = server.requests.length;
      return n % 8 === 1 ? body(`id: ${n}\ndata: ${n}\n\n`) : status(503);
    });
    const { connection, received } = listen();
    const charged: number[] = [];
    connection.subscribe(({ retries }) => charged.push(retries));
    await comeBack(connection, 32);
    expect(Math.max(...charged)).toBe(8);
    expect(dataOf(received)).toEqual([1, 9, 17, 25, 33].slice(0, received.length));
    expect(received.length).toBeGreaterThanOrEqual(4);
  });

  test('as long as its IDs move, also without a message', async () => {
    server.answer(eachTime((n) => `id: ${n}\n\n`));
    const { connection, received } = listen();
    await comeBack(connection);
    expect(received).toEqual([]);
    expect(idsAsked()).toEqual(['', ...upTo(times).map(String)]);
  });
});

describe('a server that makes no progress is given up', () => {
  test.each([
    [
      'replays the last three events and ends',
      (_: number) => 'id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n',
    ],
    ['goes to and fro between two IDs', (n: number) => `id: ${n % 2}\ndata: ${n}\n\n`],
    ['has the same ID for every message', (n: number) => `id: same\ndata: ${n}\n\n`],
  ])('when it %s', async (_, textOf) => {
    server.answer(eachTime(textOf));
    const { connection } = listen();
    await until(() => {
      if (connection.state.status === 'backoff') clock.advance(30_000);
      return connection.state.status === 'failed';
    });
    expect(connection.state.error?.kind).toBe('exhausted');
    expect(server.requests.length).toBeLessThanOrEqual(11);
  });
});

test('a stream that ends in the middle of an event loses it, and the next one brings it', async () => {
  const texts = ['id: 1\ndata: one\n\nid: 2\ndata: tw', 'id: 2\ndata: two\n\n'];
  server.answer(eachTime((n) => texts[n - 1] ?? ''));
  const { connection, received } = listen();
  await comeBack(connection, 2);
  await reached(connection, 'backoff');
  expect(dataOf(received)).toEqual(['one', 'two']);
  expect(idsAsked()).toEqual(['', '1', '2']);
});

import { describe, expect, test } from 'vitest';
import { type ConnectionState, createConnection, type Gap } from '../../index.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { Laptop } from './laptop.ts';
import { PollingServer, type Turn } from './polling-server.ts';
import { begin, between, hour, second } from './schedule.ts';
import { SimulationClock } from './simulation-clock.ts';

// Servers that end every stream on purpose, and platforms that cut it: for them that is how it goes on.

const streams = Number(process.env['SOAK_STREAMS'] ?? 500);

/** The documented policy, once more: from when to when a client may come back, in milliseconds after the end. */
function boundsOf(retry: number | undefined, failures: number): [earliest: number, latest: number] {
  const base = retry === undefined ? 1_000 : Math.max(100, retry);
  return [retry ?? 0, (retry ?? 0) + Math.min(30_000, base * 2 ** failures)];
}

/** Lets a client visit a server until it has been there so often, or does not come back. */
async function visit(turnOf: (visit: number, lastEventId: string) => Turn, visits: number) {
  const clock = new SimulationClock(begin);
  const server = new PollingServer(clock, seededRandom(1), turnOf);
  const received: unknown[] = [];
  const gaps: Gap[] = [];
  const states: ConnectionState[] = [];
  const connection = createConnection('https://soak.test/polling', {
    clock: new Laptop(clock, 2),
    transport: () => server.transport,
    onGap: (gap) => gaps.push(gap),
  });
  connection.on('*', ({ data }) => received.push(data));
  connection.subscribe((state) => states.push(state));
  let seen = -1;
  for (let now = begin; server.visits.length <= visits && seen < server.visits.length; now += hour) {
    seen = server.visits.length;
    await clock.runUntil(now + hour);
  }
  await connection[Symbol.asyncDispose]();
  const waits = server.visits
    .slice(1)
    .map(({ at }, index) => at - (server.visits[index]?.overAt ?? Number.NaN));
  return { connection, visits: server.visits, waits, received, gaps, states };
}

/** How far the waits are from an even spread at most: one even spread in a thousand is farther off than 1.95 / √n. */
function unevenness(waits: readonly number[], [earliest, latest]: [number, number]): number {
  const ranks = waits
    .map((wait) => (wait - earliest) / (latest - earliest))
    .sort((one, other) => one - other)
    .map((wait, rank) =>
      Math.max(Math.abs(wait - rank / waits.length), Math.abs(wait - (rank + 1) / waits.length)),
    );
  return Math.max(...ranks) * Math.sqrt(waits.length);
}

const kinds = {
  'with an ID for each event': (n: number) => `id: ${n}\ndata: ${n}\n\n`,
  'with a checkpoint after each event': (n: number) => `data: ${n}\n\nid: ${n}\n\n`,
  'without IDs': (n: number) => `data: ${n}\n\n`,
};

describe.each(Object.entries(kinds))('a server that ends every stream after an event, %s', (kind, event) => {
  const hasIds = kind !== 'without IDs';

  test.each([10, 1_000, 5_000, undefined])(
    'is asked as often as it said with retry: %s, for ever',
    async (retry) => {
      const random = seededRandom(3);
      const pace = retry === undefined ? '' : `retry: ${retry}\n\n`;
      const { visits, waits, received, gaps, states } = await visit(
        (n) => ({ text: pace + event(n), lasts: between(0, 3 * second, random) }),
        streams,
      );
      expect(visits.length).toBeGreaterThan(streams);
      expect(states.map(({ status }) => status)).not.toContain('failed');
      expect(Math.max(...states.map(({ retries }) => retries))).toBe(1);

      const [earliest, latest] = boundsOf(retry, 0);
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(earliest);
      expect(Math.max(...waits)).toBeLessThanOrEqual(latest + 1); // whole milliseconds
      expect(unevenness(waits, [earliest, latest])).toBeLessThan(
        1.95 + Math.sqrt(waits.length) / (latest - earliest),
      );

      expect(received).toEqual(received.map((_, n) => n));
      expect(received.length).toBeGreaterThanOrEqual(visits.length - 1);
      expect(visits.map(({ lastEventId }) => lastEventId)).toEqual(
        visits.map((_, n) => (n > 0 && hasIds ? String(n - 1) : '')),
      );
      expect(new Set(gaps.map(({ reason }) => reason))).toEqual(new Set(hasIds ? [] : ['no-ids']));
      // One for each stream but the first; the last request may have no answer yet.
      if (!hasIds) expect(gaps.length).toBeGreaterThanOrEqual(visits.length - 2);
    },
  );

  test('is asked twice as late each time that it answers 503, and as early as ever after the next event', async () => {
    const outage = 6;
    const cycle = 10;
    let events = 0;
    const { visits, waits, states } = await visit((n) => {
      if (n % cycle >= cycle - outage) return { text: undefined, lasts: 0 };
      events += 1;
      return { text: `retry: 1000\n\n${event(events)}`, lasts: 100 };
    }, streams);
    expect(visits.length).toBeGreaterThan(streams);
    expect(states.map(({ status }) => status)).not.toContain('failed');
    // The end of a stream with news is the first failure, and each 503 is one more.
    for (const [n, wait] of waits.entries()) {
      const failures = Math.max(0, (n % cycle) - (cycle - outage) + 1);
      const [earliest, latest] = boundsOf(1_000, failures);
      expect(wait).toBeGreaterThanOrEqual(earliest);
      expect(wait).toBeLessThanOrEqual(latest + 1);
    }
  });
});

describe('a platform that cuts every stream', () => {
  test.each([
    ['after 30 s, without a single event', { text: ':\n\n', lasts: 30 * second, breaks: true }],
    ['after 30 s, by the book', { text: ':\n\n', lasts: 30 * second }],
  ])('%s, is never given up', async (_, turn) => {
    const { visits, waits, states } = await visit(() => turn, 500);
    expect(visits.length).toBeGreaterThan(500);
    expect(states.map(({ status }) => status)).not.toContain('failed');
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_001);
  });

  test('after a second, in the middle of what it has to say, is never given up as long as there is news', async () => {
    const { visits, states, received } = await visit(
      (n) => ({ text: `id: ${n}\ndata: ${n}\n\nid: ${n + 1}\ndata: lo`, lasts: second, breaks: true }),
      500,
    );
    expect(visits.length).toBeGreaterThan(500);
    expect(states.map(({ status }) => status)).not.toContain('failed');
    expect(received).toEqual(received.map((_, n) => n));
  });
});

describe('a server that makes no progress is given up after eight retries, when it', () => {
  test.each([
    ['ends every stream without a word', { text: '', lasts: 10 }],
    ['ends every stream after a comment', { text: ':\n\n', lasts: 4 * second }],
    ['cuts every stream after an event without an ID', { text: 'data: x\n\n', lasts: second, breaks: true }],
    ['has the same event in every stream', { text: 'id: 1\ndata: x\n\n', lasts: second }],
    ['has the same checkpoint in every stream', { text: 'data: x\n\nid: 1\n\n', lasts: second }],
    ['says only how long to wait', { text: 'retry: 10\n\n', lasts: second }],
  ])('%s', async (_, turn) => {
    const { visits, states } = await visit(() => turn, streams);
    // The events of the first stream may be news; after that, nothing is.
    expect(visits.length).toBeLessThanOrEqual(10);
    expect(visits.length).toBeGreaterThanOrEqual(9);
    expect(states.filter(({ status }) => status === 'failed').map(({ error }) => error?.kind)).toEqual([
      'exhausted',
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { createConnection } from '../../index.ts';
import type { GivenSettings } from '../../machines/settings.ts';
import { createScriptedTransport, createTestClock } from '../../testing/index.ts';
import {
  cumulative,
  distanceBetween,
  figuresOf,
  perWindow,
  recoveryOf,
} from '../../visualizations/herd/simulation/figures.ts';
import {
  defaultPolicy,
  ownPolicy,
  type Policy,
  policies,
  policyCalled,
} from '../../visualizations/herd/simulation/policies.ts';
import { simulate, simulateEndings } from '../../visualizations/herd/simulation/simulate.ts';
import { study } from '../../visualizations/herd/simulation/study.ts';
import { seededRandom } from '../support/seeded-random.ts';

const minute = 60_000;

/** When the attempts of a run came, in milliseconds since the drop. */
function timesOf({ attempts }: { attempts: Uint32Array }): number[] {
  return [...attempts].flatMap((count, at) => Array<number>(count).fill(at));
}

describe('the clients of this package run its own backoff', () => {
  const settings: GivenSettings[] = [
    {},
    { jitter: 'equal' },
    { jitter: 'decorrelated', maxRetries: 12 },
    { jitter: 'none' },
    { retryDelay: 333, retryFactor: 1.7, maxRetryDelay: 4_567, maxRetries: 20 },
  ];

  test.each(settings)('one of them tries when a real connection tries: %j', async (given) => {
    const seed = 11;
    const clock = createTestClock({ now: 0, random: seededRandom(seed) });
    const server = createScriptedTransport({ clock });
    await using connection = createConnection('/events', { ...given, clock, transport: server.transport });
    await server.accept();
    await server.drop();
    while (connection.state.status === 'backoff') {
      clock.advanceToNext();
      await server.refuse(503);
    }
    const [, ...retries] = server.requests.map(({ at }) => at);

    const policy = ownPolicy({ id: 'given', title: '' }, given);
    const run = simulate({ policy, clients: 1, deploy: 60 * minute, seed });
    expect(timesOf(run)).toEqual(retries);
    expect(retries).toHaveLength(given.maxRetries ?? 8);
    expect(connection.state.error?.kind).toBe('exhausted');
    expect(run.gaveUp).toBe(1);
  });

  test.each([
    [{}, 10],
    [{}, 200],
    [{}, 5_000],
    [{ jitter: 'decorrelated' }, 1_000],
    [{ jitter: 'none', maxRetryDelay: 2_000 }, 3_000],
    [{ maxRetryAfter: 1_500 }, 4_000],
  ] satisfies [GivenSettings, number][])(
    'at the pace of a stream as well: %j, retry: %i',
    async (given, retry) => {
      const seed = 12;
      const clock = createTestClock({ now: 0, random: seededRandom(seed) });
      const server = createScriptedTransport({ clock });
      await using connection = createConnection('/events', { ...given, clock, transport: server.transport });
      await server.accept();
      await server.send({ retry });
      await server.drop();
      while (connection.state.status === 'backoff') {
        clock.advanceToNext();
        await server.refuse(503);
      }
      const [, ...retries] = server.requests.map(({ at }) => at);
      const policy = ownPolicy({ id: 'given', title: '' }, given, retry);
      expect(timesOf(simulate({ policy, clients: 1, deploy: 60 * minute, seed }))).toEqual(retries);
      expect(retries).toHaveLength(8);
    },
  );

  test('again and again where the server ends every stream itself', async () => {
    const [seed, lasts] = [13, 10_000];
    const clock = createTestClock({ now: 0, random: seededRandom(seed) });
    const server = createScriptedTransport({ clock });
    await using connection = createConnection('/events', { clock, transport: server.transport });
    await server.accept();
    await server.send({ retry: 1_000, data: 'x' });
    await server.end();
    for (let n = 0; n < 20; n += 1) {
      clock.advance((connection.state.retryAt ?? Number.NaN) - clock.now());
      await server.accept();
      await server.send({ data: 'x' });
      clock.advance(lasts);
      await server.end();
    }
    const [, ...returns] = server.requests.map(({ at }) => at);
    const policy = ownPolicy({ id: 'given', title: '' }, {}, 1_000);
    const attempts = simulateEndings({ policy, clients: 1, seed, lasts, until: (returns.at(-1) ?? 0) + 1 });
    expect(timesOf({ attempts })).toEqual(returns);
  });

  test('one of them is back when a real connection is', async () => {
    const clock = createTestClock({ now: 0, random: seededRandom(5) });
    const server = createScriptedTransport({ clock });
    await using connection = createConnection('/events', { clock, transport: server.transport });
    await server.accept();
    await server.drop();
    for (;;) {
      clock.advanceToNext();
      if (clock.now() >= 15_000) break;
      await server.refuse(503);
    }
    await server.accept();
    const run = simulate({ policy: defaultPolicy, clients: 1, deploy: 15_000, seed: 5 });
    expect([...run.acceptedAt]).toEqual([connection.state.openedAt]);
  });
});

test('the same scene gives the same run, another seed another one', () => {
  const scene = { policy: defaultPolicy, clients: 1_000, deploy: 5_000, seed: 3 };
  const first = simulate(scene);
  expect(simulate(scene)).toEqual(first);
  expect(simulate({ ...scene, seed: 4 }).attempts).not.toEqual(first.attempts);
});

test.each(policies)('every client of $id is accepted once or gives up', (policy) => {
  for (const capacity of [undefined, 100]) {
    const run = simulate({ policy, clients: 1_000, deploy: 5_000, seed: 2, capacity });
    expect(run.acceptedAt.length + run.gaveUp).toBe(1_000);
    expect(run.acceptedAt.every((at) => at >= 5_000)).toBe(true);
    expect(run.acceptedAt).toEqual(run.acceptedAt.toSorted());
  }
});

describe('where it can be worked out by hand', () => {
  const clients = 50_000;
  const play = (policy: Policy, deploy: number) => simulate({ policy, clients, deploy, seed: 1 });

  test('a constant delay has everyone at its ticks, until the first at or after the return', () => {
    for (const [seconds, deploy, ticks] of [
      [1, 5_000, 5],
      [2, 5_000, 3],
      [3, 15_001, 6],
      [5, 4_999, 1],
    ] as const) {
      const run = play(policyCalled(`constant-${seconds}`), deploy);
      const expected = Array.from({ length: ticks }, (_, n) => (n + 1) * seconds * 1_000);
      expect([...run.attempts.entries()].filter(([, count]) => count > 0)).toEqual(
        expected.map((at) => [at, clients]),
      );
      expect(figuresOf(run)).toMatchObject({ requests: ticks, returnPeak: 1, gaveUp: 0 });
    }
  });

  test('without jitter our own come at 1, 3, 7, 15 and 31 s', () => {
    const run = play(policyCalled('none'), 20_000);
    expect([...run.attempts.entries()].filter(([, count]) => count > 0).map(([at]) => at)).toEqual([
      1_000, 3_000, 7_000, 15_000, 31_000,
    ]);
  });

  test('with full jitter the first wait is uniform in 0 to 1 s, and the second in 0 to 2 s after it', () => {
    const first = play(ownPolicy({ id: 'once', title: '' }, { maxRetries: 1 }), minute);
    const uniform = Array.from({ length: 10 }, () => 1);
    // Kolmogorov and Smirnov: of 50,000 draws, one set in ten thousand is farther away than 2.2 / √50,000.
    const bound = 2.2 / Math.sqrt(clients);
    expect(distanceBetween(perWindow(first.attempts, 1_000), uniform)).toBeLessThan(bound);

    const both = play(ownPolicy({ id: 'twice', title: '' }, { maxRetries: 2 }), minute);
    const second = perWindow(both.attempts, 3_000).map(
      (n, at) => n - (perWindow(first.attempts, 3_000)[at] ?? 0),
    );
    // The sum of the two: rises for one second, is even for one, falls for one.
    const trapezoid = Array.from({ length: 30 }, (_, n) => Math.min(n + 0.5, 10, 29.5 - n));
    // The draws of the first wait are others in this run.
    expect(distanceBetween(second, trapezoid)).toBeLessThan(4 * bound);
  });

  test('Socket.IO waits exactly 5 s from the fifth retry on, and spreads before', () => {
    const { delay } = policyCalled('socket.io');
    const draws = Array.from({ length: 1_000 }, (_, n) => n / 1_000);
    const waits = (retries: number) => draws.map((random) => delay(retries, 0, random));
    expect([Math.min(...waits(0)), Math.max(...waits(0))]).toEqual([551, 1_499]);
    expect(new Set(waits(2)).size).toBeGreaterThan(500);
    expect(new Set(waits(4))).toEqual(new Set([5_000]));
  });

  test('a constant delay keeps streams that end together together, and jitter spreads them a little each time', () => {
    const scene = { clients, seed: 1, lasts: 10_000, until: 60_000 };
    const constant = simulateEndings({ ...scene, policy: policyCalled('constant-5') });
    expect([...constant.entries()].filter(([, count]) => count > 0)).toEqual(
      [5_000, 20_000, 35_000, 50_000].map((at) => [at, clients]),
    );
    const own = simulateEndings({ ...scene, policy: ownPolicy({ id: 'paced', title: '' }, {}, 1_000) });
    // The nth return is n waits of 1 to 2 s after the ends, and the load of each is a wider hill than the last.
    const loads = [0, 1, 2, 3].map((n) => perWindow(own, 60_000).slice(110 * n + 10, 120 * n + 21));
    expect(loads.map((load) => load.reduce((all, one) => all + one, 0))).toEqual(Array(4).fill(clients));
    const peaks = loads.map((load) => Math.max(...load));
    expect(peaks).toEqual([...peaks].sort((one, other) => other - one));
  });

  test('the browser is gone after the first 503', () => {
    expect(figuresOf(play(policyCalled('chromium-503'), 5_000))).toMatchObject({ requests: 1, gaveUp: 1 });
    expect(figuresOf(play(policyCalled('chromium-503'), 2_000))).toMatchObject({ requests: 1, gaveUp: 0 });
  });

  test('a server that takes a thousand per second lets as many in, and a tenth of that at one instant', () => {
    const scene = { clients: 10_000, deploy: 5_000, seed: 1, capacity: 1_000 };
    const crowd = simulate({ ...scene, policy: policyCalled('constant-1') });
    expect(recoveryOf([crowd])[100]).toBe(99_000);
    const spread = simulate({ ...scene, policy: policyCalled('forever') });
    const perSecond = perWindow(
      spread.acceptedAt.reduce((counts, at) => {
        counts[at] = (counts[at] ?? 0) + 1;
        return counts;
      }, new Uint32Array(spread.attempts.length)),
      spread.attempts.length,
    );
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(200);
    expect(spread.gaveUp).toBe(0);
  });
});

describe('the figures', () => {
  test('a peak is found wherever its 100 ms begin, and never across the return of the server', () => {
    const attempts = new Uint32Array(1_000);
    attempts[150] = attempts[249] = 3; // in two windows of a grid, but 99 ms apart
    attempts[450] = attempts[550] = 4; // 100 ms apart
    attempts[699] = attempts[700] = 5; // on both sides of the return
    const run = {
      policy: defaultPolicy,
      clients: 10,
      deploy: 700,
      seed: 1,
      attempts,
      acceptedAt: new Uint32Array(),
      gaveUp: 0,
    };
    expect(figuresOf(run)).toEqual({
      requests: 2.4,
      outagePeak: 0.6,
      returnPeak: 0.5,
      peakToMean: expect.closeTo(42 / 19),
      gaveUp: 0,
    });
  });

  test('who gave up is never back, and counts among all', () => {
    const run = simulate({ policy: defaultPolicy, clients: 1_000, deploy: minute, seed: 1 });
    const back = recoveryOf([run]);
    expect(run.gaveUp).toBeGreaterThan(400);
    expect(back[50] === null).toBe(run.gaveUp > 500);
    expect([back[95], back[99], back[100]]).toEqual([null, null, null]);
  });

  test('recovery does not depend on where the ticks of a constant delay happen to fall', () => {
    const clients = 1_000;
    for (const deploy of [14_000, 15_000, 16_000]) {
      const { backAfter } = study({ policy: policyCalled('constant-5'), clients, deploy, seed: 1 });
      expect(backAfter[50]).toBeGreaterThan(2_000);
      expect(backAfter[50]).toBeLessThan(3_000);
    }
  });

  test('the distance of two loads is 0 for the same shape and 1 for what does not overlap', () => {
    expect(distanceBetween([1, 2, 3], [2, 4, 6, 0])).toBe(0);
    expect(distanceBetween([5, 0], [0, 0, 7])).toBe(1);
    expect(distanceBetween([1, 1], [0, 1])).toBe(0.5);
    expect(cumulative([1, 2, 1])).toEqual([0.25, 0.75, 1]);
  });
});

test('a policy that waits for longer than can be simulated is refused', () => {
  const policy = { ...defaultPolicy, delay: () => 300_000 };
  expect(() => simulate({ policy, clients: 1, deploy: 1, seed: 1 })).toThrow(
    '300000 ms is more than can be simulated',
  );
});

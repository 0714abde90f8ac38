import { describe, expect, test } from 'vitest';
import { backoffDelay, serverFloor, withinBounds } from '../../machines/backoff.ts';
import { jitterKinds, withJitter } from '../../machines/jitter.ts';
import { longestDelay } from '../../machines/option-table.ts';
import { defaultSettings } from '../../machines/settings.ts';
import { seededRandom } from '../support/seeded-random.ts';

const settings = defaultSettings;

describe('the delay before jitter', () => {
  test('doubles from one second and stops at thirty', () => {
    const delays = [0, 1, 2, 3, 4, 5, 6, 40].map((retries) => backoffDelay(settings, retries));
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('stays a number that a timer keeps, whatever the exponent', () => {
    const huge = { ...settings, maxRetryDelay: longestDelay, retryFactor: 1e300 };
    expect(backoffDelay(huge, 1e9)).toBe(longestDelay);
    expect(backoffDelay({ ...huge, retryDelay: 0 }, 1e9)).toBe(0);
  });

  test('is constant with a factor of 1', () => {
    expect(backoffDelay({ ...settings, retryFactor: 1 }, 7)).toBe(1_000);
  });
});

describe('jitter', () => {
  const bounds = {
    full: [0, 30_000],
    equal: [15_000, 30_000],
    decorrelated: [1_000, 30_000],
    none: [30_000, 30_000],
  };

  test.each(jitterKinds)('%s keeps its bounds, and still spreads at the cap', (jitter) => {
    const random = seededRandom(7);
    const draw = () =>
      withJitter({ ...settings, jitter }, { delay: 30_000, random: random(), previous: 30_000 });
    const draws = Array.from({ length: 20_000 }, draw);
    const [least = 0, most = 0] = bounds[jitter];
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...draws)).toBeLessThanOrEqual(most);
    const mean = draws.reduce((sum, delay) => sum + delay) / draws.length;
    expect(Math.abs(mean - (least + most) / 2)).toBeLessThan((most - least) * 0.01 + 1e-9);
    // Uniform: every tenth of the range holds a tenth of the draws, within five standard deviations.
    if (jitter === 'none') return;
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const from = least + ((most - least) * tenth) / 10;
      const inside = draws.filter((delay) => delay >= from && delay < from + (most - least) / 10).length;
      expect(Math.abs(inside - 2_000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.1 * 0.9));
    }
  });

  test('decorrelated grows from the delay before, at most threefold, from the very first retry', () => {
    const most = (previous: number) =>
      withJitter({ ...settings, jitter: 'decorrelated' }, { delay: 0, random: 1, previous });
    expect([0, 1_000, 2_000, 5_000, 20_000].map(most)).toEqual([3_000, 3_000, 6_000, 15_000, 30_000]);
  });
});

describe('the wait that a server asks for', () => {
  const failure = { kind: 'http', message: '' } as const;

  test('is Retry-After or retry:, whichever is longer', () => {
    expect(serverFloor(settings, { ...failure, retryAfter: 2_000 }, null)).toBe(2_000);
    expect(serverFloor(settings, { ...failure, retryAfter: 2_000 }, 3_000)).toBe(3_000);
    expect(serverFloor(settings, failure, 700)).toBe(700);
    expect(serverFloor(settings, failure, null)).toBe(0);
  });

  test('is clamped to maxRetryAfter, also a year and more', () => {
    expect(serverFloor(settings, failure, 1e12)).toBe(300_000);
    expect(serverFloor(settings, { ...failure, retryAfter: Infinity }, null)).toBe(300_000);
    expect(serverFloor(settings, { ...failure, retryAfter: Number.NaN }, -5)).toBe(0);
  });
});

test('a delay is a whole number of milliseconds that setTimeout keeps', () => {
  expect([-1, 0.4, 1.5, 1e12, Infinity, Number.NaN].map(withinBounds)).toEqual([
    0,
    0,
    2,
    longestDelay,
    longestDelay,
    0,
  ]);
});

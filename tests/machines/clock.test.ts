import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../machines/clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000 });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('the clock of the system is looked up at each call, so that a test of an app can fake it', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.25);
  expect([systemClock.now(), systemClock.random()]).toEqual([1_000, 0.25]);
  const fired: string[] = [];
  systemClock.setTimeout(() => fired.push('kept'), 500);
  const timer = systemClock.setTimeout(() => fired.push('cleared'), 500);
  systemClock.clearTimeout(timer);
  vi.advanceTimersByTime(499);
  expect(fired).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(fired).toEqual(['kept']);
});

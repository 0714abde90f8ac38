import { describe, expect, test, vi } from 'vitest';
import type { ConnectionClock } from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { createCadence, createLiveness } from '../../transports/stream/liveness.ts';

/** Watches over a stream that has just opened, by a clock that stands still and can be set. */
function watch(idleTimeout: number | 'auto', cadence = createCadence()) {
  const clock = createTestClock();
  const wall = { shift: 0 };
  const settable: ConnectionClock = { ...clock, now: () => clock.now() + wall.shift };
  const timers = vi.spyOn(settable, 'setTimeout');
  /** The findings. */
  const found: (number | 'overslept' | 'alive')[] = [];
  let looks = 0;
  function open() {
    const liveness = createLiveness({
      clock: settable,
      idleTimeout,
      cadence,
      onIdle: (limit) => found.push(limit),
      onOverslept: () => found.push('overslept'),
      onAlive: () => found.push('alive'),
      onLook: () => {
        looks += 1;
      },
    });
    liveness.start();
    return liveness;
  }
  let liveness = open();
  const say = () => liveness.heard(false);
  const keepAlive = () => liveness.heard(true);
  /** Keep-alives with these times between them. */
  function beats(...gaps: number[]): void {
    keepAlive();
    for (const gap of gaps) {
      clock.advance(gap);
      keepAlive();
    }
  }
  return {
    ...{ clock, wall, timers, cadence, found, say, keepAlive, beats },
    prove: () => liveness.prove(),
    stop: () => liveness.stop(),
    /** Opens another stream to the same server. */
    reopen() {
      liveness.stop();
      liveness = open();
    },
    looks: () => looks,
  };
}

const hour = 3_600_000;

describe('an open stream', () => {
  test('has slept if a timer is more than 75 seconds late, and not before', () => {
    const { clock, found } = watch(0);
    clock.passUnnoticed(15_000 + 75_000);
    clock.advance(10_000);
    expect(found).toEqual([]);
    clock.passUnnoticed(5_000 + 75_001);
    clock.advance(10_000);
    expect(found).toEqual(['overslept']);
  });

  test('that slept is given all its time again: nobody could have heard it', () => {
    const { clock, found } = watch(60_000);
    clock.passUnnoticed(15_000 + 75_001);
    clock.advance(0);
    clock.advance(59_999);
    expect(found).toEqual(['overslept']);
    clock.advance(1);
    expect(found).toEqual(['overslept', 60_000]);
  });

  test('is not silent for an hour more because the clock was set back by one', () => {
    const { clock, wall, found } = watch(20_000);
    clock.advance(1_000);
    wall.shift = -hour;
    clock.advance(14_000 + 20_000);
    expect(found).toEqual([20_000]);
  });

  test('shows that it is alive once, when it is asked to; what comes in the first half second shows nothing', () => {
    const { clock, prove, say, found } = watch(0);
    say();
    prove();
    clock.advance(500);
    say();
    expect(found).toEqual([]);
    clock.advance(1);
    say();
    say();
    expect(found).toEqual(['alive']);
  });

  test('has all its time again when it is asked to show that it is alive', () => {
    const { clock, prove, found } = watch(4_000);
    clock.advance(3_999);
    prove();
    clock.advance(3_999);
    expect(found).toEqual([]);
    clock.advance(1);
    expect(found).toEqual([4_000]);
  });

  test('is watched by one timer, however often it has to show that it is alive', () => {
    const { clock, prove, stop } = watch('auto');
    for (let time = 0; time < 3; time += 1) prove();
    expect(clock.pending).toBe(1);
    stop();
    expect(clock.pending).toBe(0);
  });

  test('is looked at now and then, whether there is a limit or not', () => {
    const { clock, looks } = watch(0);
    clock.advance(60_000);
    expect(looks()).toBe(4);
  });
});

describe("an `idleTimeout` of 'auto'", () => {
  test('costs no timer for a message, once the interval is known or before', () => {
    const { clock, timers, say, beats } = watch('auto');
    timers.mockClear();
    clock.advance(1_000);
    for (let count = 0; count < 100; count += 1) say();
    expect(timers).not.toHaveBeenCalled();
    beats(2_000);
    timers.mockClear();
    for (let count = 0; count < 100; count += 1) say();
    expect(timers).not.toHaveBeenCalled();
  });

  test('takes keep-alives a second apart for two, and those that are closer for one', () => {
    const apart = watch('auto');
    apart.beats(1_000);
    apart.clock.advance(6_000);
    expect(apart.found).toEqual([6_000]);

    const together = watch('auto');
    together.beats(999);
    together.clock.advance(hour);
    expect(together.found).toEqual([]);

    const burst = watch('auto');
    burst.beats(10_000, 200, 9_800);
    burst.clock.advance(30_000);
    expect(burst.found).toEqual([30_000]);
  });

  test('goes by the last two intervals, whatever came before', () => {
    const { clock, beats, found } = watch('auto');
    beats(35_000, 10_000, 10_000);
    clock.advance(30_000);
    expect(found).toEqual([30_000]);
  });

  test('is never less than the interval of the keep-alives, however slow', () => {
    const { clock, beats, found } = watch('auto');
    const minutes = 180_000;
    beats(minutes, minutes, minutes, minutes);
    clock.advance(3 * minutes - 1);
    expect(found).toEqual([]);
    clock.advance(1);
    expect(found).toEqual([3 * minutes]);
  });

  test('is doubled when it ran out, until three intervals of the next stream were seen', () => {
    const { clock, reopen, beats, found } = watch('auto');
    beats(10_000);
    clock.advance(30_000);
    reopen();
    beats(10_000, 10_000);
    clock.advance(60_000);
    reopen();
    beats(10_000, 10_000, 10_000);
    clock.advance(60_000);
    reopen();
    beats(10_000, 10_000, 10_000, 10_000, 10_000);
    clock.advance(30_000);
    expect(found).toEqual([30_000, 60_000, 60_000, 30_000]);
  });

  test('is not doubled when two minutes ran out', () => {
    const { clock, reopen, beats, found } = watch('auto');
    beats(40_000);
    clock.advance(120_000);
    reopen();
    beats(10_000, 10_000);
    clock.advance(30_000);
    expect(found).toEqual([120_000, 30_000]);
  });
});

test('an `idleTimeout` in milliseconds learns nothing from keep-alives', () => {
  const { clock, cadence, beats, found } = watch(20_000);
  beats(2_000, 2_000);
  expect(cadence.gaps).toEqual([]);
  clock.advance(19_999);
  expect(found).toEqual([]);
  clock.advance(1);
  expect(found).toEqual([20_000]);
});

import { describe, expect, test, vi } from 'vitest';
import type { ConnectionClock, Message } from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { createMemory } from '../../transports/memory.ts';
import { createVigil } from '../../transports/vigil.ts';

/** Watches over a stream that has just opened, by a clock that stands still and can be set. */
function watch(idleTimeout: number | 'auto') {
  const clock = createTestClock();
  const wall = { shift: 0 };
  const settable: ConnectionClock = { ...clock, now: () => clock.now() + wall.shift };
  const timers = vi.spyOn(settable, 'setTimeout');
  const memory = createMemory();
  /** What was found wanting. */
  const found: (number | 'doubt')[] = [];
  const vigil = createVigil({
    clock: settable,
    idleTimeout,
    memory,
    onIdle: (limit) => found.push(limit),
    onDoubt: () => found.push('doubt'),
  });
  const say = (...messages: Message[]) => vigil.feed({ messages, lastEventId: '' });
  const keepAlive = () => vigil.feed({ messages: [], lastEventId: '', keepAlive: true });
  /** Keep-alives with these times between them. */
  function beats(...gaps: number[]): void {
    keepAlive();
    for (const gap of gaps) {
      clock.advance(gap);
      keepAlive();
    }
  }
  vigil.start();
  return { clock, wall, timers, memory, found, vigil, say, keepAlive, beats };
}

const hour = 3_600_000;

describe('an open stream', () => {
  test('is taken for one that slept when a timer is more than 75 seconds late, and not before', () => {
    const { clock, found } = watch(0);
    clock.passUnnoticed(15_000 + 75_000);
    clock.advance(10_000);
    expect(found).toEqual([]);
    clock.passUnnoticed(5_000 + 75_001);
    clock.advance(10_000);
    expect(found).toEqual(['doubt']);
  });

  test('is not silent for an hour more because the clock was set back by one', () => {
    const { clock, wall, found } = watch(20_000);
    clock.advance(1_000);
    wall.shift = -hour;
    clock.advance(14_000 + 20_000);
    expect(found).toEqual([20_000]);
  });

  test('that is doubted is replaced after five seconds also when its silence is looked at before', () => {
    const { clock, vigil, say, found } = watch(4_800);
    vigil.prove();
    clock.advance(400);
    say();
    clock.advance(4_400);
    expect(found).toEqual([]);
    clock.advance(200);
    expect(found).toEqual(['doubt']);
  });

  test('that is doubted has not proved anything by what came in the first half second', () => {
    const { clock, vigil, say, found } = watch(0);
    vigil.prove();
    clock.advance(500);
    say();
    clock.advance(4_500);
    expect(found).toEqual(['doubt']);
  });

  test('is watched by one timer, however often it has to prove that it is alive', () => {
    const { clock, vigil } = watch('auto');
    for (let time = 0; time < 3; time += 1) vigil.prove();
    expect(clock.pending).toBe(1);
    vigil.stop();
    expect(clock.pending).toBe(0);
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

  test('is doubled when it ran out, until three intervals of the next stream were seen', () => {
    const { clock, vigil, beats, found } = watch('auto');
    beats(10_000);
    clock.advance(30_000);
    vigil.start();
    beats(10_000, 10_000);
    clock.advance(60_000);
    vigil.start();
    beats(10_000, 10_000, 10_000);
    clock.advance(60_000);
    vigil.start();
    beats(10_000, 10_000, 10_000, 10_000, 10_000);
    clock.advance(30_000);
    expect(found).toEqual([30_000, 60_000, 60_000, 30_000]);
  });

  test('is not doubled when the longest one ran out', () => {
    const { clock, vigil, beats, found } = watch('auto');
    beats(40_000);
    clock.advance(120_000);
    vigil.start();
    beats(10_000, 10_000);
    clock.advance(30_000);
    expect(found).toEqual([120_000, 30_000]);
  });

  test.each([
    ['ping', true],
    ['PING', true],
    ['heartbeat', true],
    ['heart-beat', true],
    ['keepalive', true],
    ['keep-alive', true],
    ['shopping', false],
    ['pinged', false],
    ['keep_alive', false],
    ['message', false],
  ])('asks of an event by the name of %s whether it is a keep-alive: %s', (event, isOne) => {
    const { clock, say, found } = watch('auto');
    for (let count = 0; count < 3; count += 1) {
      say({ event, data: '', id: '' });
      clock.advance(10_000);
    }
    clock.advance(hour);
    expect(found).toEqual(isOne ? [30_000] : []);
  });
});

test('an `idleTimeout` in milliseconds learns nothing from keep-alives', () => {
  const { clock, memory, beats, found } = watch(20_000);
  beats(2_000, 2_000);
  expect(memory.keepAliveGaps).toEqual([]);
  clock.advance(19_999);
  expect(found).toEqual([]);
  clock.advance(1);
  expect(found).toEqual([20_000]);
});

import type { ConnectionClock } from '../machines/clock.ts';
import { longestDelay } from '../machines/option-table.ts';
import { type Chance, drawsOf, usualDraw } from './chance.ts';
import { turn } from './real-time.ts';

/** How a {@link TestClock} starts. */
export interface TestClockOptions {
  /** The wall clock at the start, in milliseconds. @default 1_000_000 */
  readonly now?: number | undefined;
  /** The results of `random`. @default 0.5 */
  readonly random?: Chance | undefined;
}

/**
 * A clock that moves only when a test moves it, with random numbers that a test sets: the `clock` of a connection,
 * and of any XState actor. All times are in milliseconds. Its functions do not need their object.
 */
export interface TestClock extends ConnectionClock {
  readonly setTimeout: (callback: () => void, delay?: number) => number;
  /** How many timers wait. */
  readonly pending: number;
  /**
   * When the next timer is due, on the wall clock; null when none waits. It may be in the past after {@link
   * passUnnoticed}.
   */
  readonly nextAt: number | null;
  /**
   * Moves on by `ms`, and fires every timer at its own time, also timers that a timer starts. Code that waits for a
   * promise does not go on meanwhile: see {@link advanceAsync}.
   *
   * @throws RangeError when `ms` is negative, `NaN` or infinite.
   * @throws Error when timers start one another at the same instant, more than 1 000 times.
   * @throws the error of a timer, after all timers have fired; an `AggregateError` of several.
   */
  readonly advance: (ms: number) => void;
  /**
   * As {@link advance}, with a turn of the event loop before, between and after the timers, so that promises go on: a
   * retry whose `headers` are asynchronous is stepped too. A network takes longer than a turn, so wait for its
   * results.
   *
   * @throws the errors of {@link advance}, as a rejection.
   */
  readonly advanceAsync: (ms: number) => Promise<void>;
  /**
   * Moves on to the time at which the next timer is due, and fires all that are due by then.
   *
   * @throws Error when no timer waits.
   */
  readonly advanceToNext: () => void;
  /**
   * Lets time pass without firing timers, as when a laptop sleeps. Timers that were due fire late, at the next
   * `advance`, even of 0.
   *
   * @throws RangeError when `ms` is negative, `NaN` or infinite.
   */
  readonly passUnnoticed: (ms: number) => void;
  /**
   * Sets the results of `random` from now on.
   *
   * @throws TypeError when `random` is not a {@link Chance}.
   */
  readonly setRandom: (random: Chance) => void;
}

interface Timer {
  readonly id: number;
  readonly due: number;
  /** The length of the chain of timers, each started by the one before at the same instant. */
  readonly depth: number;
  readonly callback: () => void;
}

/** The longest chain of timers at one instant. */
const deepest = 1_000;

/**
 * Makes a clock for tests.
 *
 * @example
 * ```ts
 * const clock = createTestClock();
 * const connection = createConnection('/events', { clock, jitter: 'none' });
 * // … the connection breaks
 * clock.advance(999);
 * expect(connection.state.status).toBe('backoff');
 * clock.advance(1);
 * expect(connection.state.status).toBe('connecting');
 * ```
 * @throws TypeError when an option is invalid.
 */
export function createTestClock({
  now: start = 1_000_000,
  random = usualDraw,
}: TestClockOptions = {}): TestClock {
  if (!Number.isFinite(start)) {
    throw new TypeError(`\`now\` must be a time in milliseconds, but it is ${String(start)}.`);
  }
  let time = start;
  let draw = drawsOf(random);
  let count = 0;
  /** The depth of the timer that fired last. */
  let depth = -1;
  const timers = new Map<number, Timer>();

  function next(end = Infinity): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers.values()) {
      if (timer.due <= end && (!first || timer.due < first.due)) first = timer;
    }
    return first;
  }

  function moveTo(end: number): void {
    time = Math.max(time, end);
  }

  function arrive(end: number, faults: readonly unknown[]): void {
    moveTo(end);
    depth = -1;
    if (faults.length > 1) throw new AggregateError(faults, `${faults.length} timers threw.`);
    if (faults.length === 1) throw faults[0];
  }

  function fire(timer: Timer, faults: unknown[]): void {
    if (timer.depth > deepest) {
      depth = -1;
      throw new Error(endless(time));
    }
    timers.delete(timer.id);
    moveTo(timer.due);
    ({ depth } = timer);
    try {
      timer.callback();
    } catch (fault) {
      faults.push(fault);
    }
  }

  function advance(ms: number): void {
    const end = time + duration(ms);
    const faults: unknown[] = [];
    for (let timer = next(end); timer; timer = next(end)) fire(timer, faults);
    arrive(end, faults);
  }

  return {
    now: () => time,
    random: () => draw(),
    setTimeout(callback, delay = 0) {
      if (typeof callback !== 'function')
        throw new TypeError('`setTimeout` of a test clock takes a function.');
      // A timer with any other delay fires at once.
      const wait = delay >= 0 && delay <= longestDelay ? delay : 0;
      count += 1;
      timers.set(count, { id: count, due: time + wait, depth: wait === 0 ? depth + 1 : 0, callback });
      return count;
    },
    clearTimeout: (timer) => void timers.delete(timer as number),
    get pending() {
      return timers.size;
    },
    get nextAt() {
      return next()?.due ?? null;
    },
    advance,
    async advanceAsync(ms) {
      const end = time + duration(ms);
      const faults: unknown[] = [];
      await turn();
      for (let timer = next(end); timer; timer = next(end)) {
        fire(timer, faults);
        await turn();
      }
      arrive(end, faults);
    },
    advanceToNext() {
      const timer = next();
      if (!timer) throw new Error('No timer waits, so there is no next one to advance to.');
      advance(Math.max(0, timer.due - time));
    },
    passUnnoticed: (ms) => moveTo(time + duration(ms)),
    setRandom(given) {
      draw = drawsOf(given);
    },
  };
}

function duration(ms: number): number {
  if (typeof ms === 'number' && ms >= 0 && ms < Infinity) return ms;
  throw new RangeError(`Time moves on by 0 milliseconds or more, not by ${String(ms)}.`);
}

function endless(time: number): string {
  return `A timer at ${time} ms started another without a delay, ${deepest} times over. Give it a delay, or clear it.`;
}

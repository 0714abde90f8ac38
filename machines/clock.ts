import { complaint, type Rule, rule } from './option-table.ts';

/**
 * The source of time and of random numbers, which a test replaces to repeat a run exactly. Times are in milliseconds.
 * Fits XState's `clock` option too.
 */
export interface ConnectionClock {
  /** The wall clock: milliseconds since 1970, as of `Date.now`. */
  readonly now: () => number;
  /** A random number from 0 (included) to 1 (excluded), as of `Math.random`. */
  readonly random: () => number;
  /** Calls back after `delay` milliseconds. Returns the timer, to be cleared. */
  readonly setTimeout: (callback: () => void, delay: number) => unknown;
  /** Clears a timer of {@link setTimeout}. */
  readonly clearTimeout: (timer: unknown) => void;
}

/** The clock of the platform. Each function is looked up when it is called, so that it can be faked. */
export const systemClock: ConnectionClock = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimeout: (callback, delay) => setTimeout(callback, delay),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

/** The functions of a clock whose results are checked. */
type Readings = Pick<ConnectionClock, 'now' | 'random'>;

const allowed: Readonly<Record<keyof Readings, Rule<number>>> = {
  now: rule('a finite number', Number.isFinite),
  random: rule(
    'a number from 0 (included) to 1 (excluded)',
    (value) => typeof value === 'number' && value >= 0 && value < 1,
  ),
};

/**
 * Checks every result of an app's clock: with `NaN`, no wait would last. The first wrong result of each function goes
 * to `tell`. In its place comes the last good time, or a random number of the platform.
 *
 * @throws TypeError when the first `now()` is no finite number. `random` is not tried, because that would take one
 * number out of a seeded sequence.
 */
export function checkedReadings(clock: Readings, tell: (fault: unknown) => void): Readings {
  if (clock === systemClock) return clock;
  const told = new Set<string>();
  let time = read('now');

  function read(name: keyof Readings): number {
    const value: unknown = clock[name]();
    if (allowed[name].test(value)) return value;
    throw new TypeError(`\`clock.${name}()\` ${complaint(allowed[name].allowed, value)}`);
  }
  function readOr(name: keyof Readings, standIn: () => number): number {
    try {
      return read(name);
    } catch (fault) {
      if (!told.has(name)) tell(fault);
      told.add(name);
      return standIn();
    }
  }
  return {
    now() {
      time = readOr('now', () => time);
      return time;
    },
    random: () => readOr('random', systemClock.random),
  };
}

/** As {@link checkedReadings}, for a whole clock. */
export function checkedClock(clock: ConnectionClock, tell: (fault: unknown) => void): ConnectionClock {
  return {
    ...checkedReadings(clock, tell),
    setTimeout: (callback, delay) => clock.setTimeout(callback, delay),
    clearTimeout: (timer) => clock.clearTimeout(timer),
  };
}

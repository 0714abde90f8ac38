import { complaint, type Rule, rule } from './option-table.ts';

/**
 * Time and chance, for a run that can be repeated exactly. The times are in milliseconds.
 * Fits XState's `clock` option too.
 */
export interface ConnectionClock {
  /** The wall clock. */
  readonly now: () => number;
  /** A draw from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly setTimeout: (callback: () => void, delay: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
}

/** The clock of the machine that this runs on. Each function is looked up when called, so it can be faked. */
export const systemClock: ConnectionClock = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimeout: (callback, delay) => setTimeout(callback, delay),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

/** The part of a clock that says what time it is, and draws. */
type Readings = Pick<ConnectionClock, 'now' | 'random'>;

const allowed: Readonly<Record<keyof Readings, Rule<number>>> = {
  now: rule('a finite number', Number.isFinite),
  random: rule(
    'a number from 0 (included) to 1 (excluded)',
    (value) => typeof value === 'number' && value >= 0 && value < 1,
  ),
};

/**
 * Checks what the clock of an app returns whenever it is asked: with `NaN` every wait would be none. A wrong value is
 * told, the first of each function, and the last good time or a draw of the system takes its place.
 *
 * @throws TypeError when `now` returns no time. `random` is not tried: its draw would be missing in a seeded sequence.
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

/** The same for a whole clock. */
export function checkedClock(clock: ConnectionClock, tell: (fault: unknown) => void): ConnectionClock {
  return {
    ...checkedReadings(clock, tell),
    setTimeout: (callback, delay) => clock.setTimeout(callback, delay),
    clearTimeout: (timer) => clock.clearTimeout(timer),
  };
}

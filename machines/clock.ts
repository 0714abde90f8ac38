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

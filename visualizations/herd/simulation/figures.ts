import type { Run } from './simulate.ts';

/** The width of the window that a load is counted in, in milliseconds. */
export const window = 100;

/** The figures of interest in a run. */
export interface Figures {
  /** Attempts of each client on average, until everyone is back or has given up. */
  readonly requests: number;
  /** The most attempts in any 100 ms between the drop and the return of the server, as a share of the clients. */
  readonly outagePeak: number;
  /** The most attempts in any 100 ms that begin at the return of the server or later, as a share of the clients. */
  readonly returnPeak: number;
  /** The peak of the outage, as a multiple of the mean per 100 ms. */
  readonly peakToMean: number;
  /** The share of the clients that gave up for good. */
  readonly gaveUp: number;
}

export function figuresOf({ clients, deploy, attempts, gaveUp }: Run): Figures {
  const outage = attempts.subarray(0, deploy);
  const peak = busiestWindow(outage);
  return {
    requests: sum(attempts) / clients,
    outagePeak: peak / clients,
    returnPeak: busiestWindow(attempts.subarray(deploy)) / clients,
    peakToMean: peak === 0 ? 0 : (peak * deploy) / window / sum(outage),
    gaveUp: gaveUp / clients,
  };
}

/** How long after the return of the server so many per cent of the clients are back, in milliseconds; null for never. */
export type Recovery = Readonly<Record<50 | 95 | 99 | 100, number | null>>;

const never = 2 ** 32 - 1;

/** The recovery of the clients of several runs together. */
export function recoveryOf(runs: readonly Run[]): Recovery {
  const clients = runs.reduce((total, run) => total + run.clients, 0);
  const waits = new Uint32Array(clients).fill(never);
  let accepted = 0;
  for (const { acceptedAt, deploy } of runs) {
    for (const at of acceptedAt) waits[accepted++] = at - deploy;
  }
  waits.sort();
  const after = (percent: number) => {
    const wait = waits[Math.ceil((clients * percent) / 100) - 1] ?? never;
    return wait === never ? null : wait;
  };
  return { 50: after(50), 95: after(95), 99: after(99), 100: after(100) };
}

/** How many attempts came in each 100 ms since the drop, up to a time in milliseconds. */
export function perWindow(attempts: Uint32Array, end: number): number[] {
  return Array.from({ length: Math.ceil(end / window) }, (_, n) =>
    sum(attempts.subarray(n * window, (n + 1) * window)),
  );
}

/** The most in any window, wherever it begins. */
export function busiestWindow(counts: Uint32Array): number {
  let inside = 0;
  let most = 0;
  counts.forEach((count, at) => {
    inside += count - (counts[at - window] ?? 0);
    most = Math.max(most, inside);
  });
  return most;
}

/** How many there are in all. */
export function sum(counts: Uint32Array): number {
  return counts.reduce((total, count) => total + count, 0);
}

/**
 * The largest difference between two loads: at each time, the share of its own total that each has had so far. 0 for
 * the same shape, 1 if one ends before the other begins.
 */
export function distanceBetween(one: readonly number[], other: readonly number[]): number {
  const [ones, others] = [cumulative(one), cumulative(other)];
  const length = Math.max(one.length, other.length);
  const gaps = Array.from({ length }, (_, n) => Math.abs((ones[n] ?? 1) - (others[n] ?? 1)));
  return Math.max(...gaps);
}

/** The share of the total that has come by the end of each window. */
export function cumulative(counts: readonly number[]): number[] {
  const total = counts.reduce((all, count) => all + count, 0);
  let behind = 0;
  return counts.map((count) => {
    behind += count;
    return behind / total;
  });
}

import { seededRandom } from '../support/seeded-random.ts';
import { between, latency, type Outage, patience, second } from './schedule.ts';

export type Spread = 'full' | 'decorrelated';

/** The cost of one deploy for one client that is awake. */
export interface Toll {
  readonly requests: number;
  /** From the cut until a stream is accepted again, in milliseconds. */
  readonly away: number;
  readonly exhausted: number;
}

export const tolls = ['requests', 'away', 'exhausted'] as const satisfies (keyof Toll)[];

// The documented defaults, written down a second time on purpose.
const [first, factor, cap, budget] = [1 * second, 2, 30 * second, 8];
const runs = 400;

/** How long a stream that may be dead has for a sign of life, at least. */
const proof = 5 * second;

/**
 * How many requests of a client cannot leave while there is no network: it looks for another stream each time that the
 * one which it has was silent for that long, or makes a free attempt in half of the longest delay.
 */
export function mostUnsent(offlineFor: number): number {
  return 1 + Math.floor(offlineFor / Math.min(proof, cap / 2));
}

/** The policy once more, as plain as can be. */
function suffer({ from, to, retryAfter }: Outage, spread: Spread, random: () => number): Toll {
  let [now, retries, previous, floor, requests, exhausted] = [from, 0, first, 0, 0, 0];
  for (;;) {
    if (retries === budget) {
      exhausted += 1;
      [retries, previous] = [0, first];
      now += between(patience.least, patience.most, random);
    } else {
      const most = spread === 'full' ? first * factor ** retries : 3 * previous;
      previous = between(spread === 'full' ? 0 : first, Math.min(cap, most), random);
      retries += 1;
      now += floor + previous;
    }
    requests += 1;
    now += between(latency.least, latency.most, random);
    if (now >= to) return { requests, away: now - from, exhausted };
    floor = retryAfter;
  }
}

export interface Expectation {
  readonly mean: number;
  readonly variance: number;
}

/** Predicts the cost of a deploy for `count` clients together; the variance has that of the prediction itself in it. */
export function predict(
  outage: Outage,
  spread: Spread,
  count: number,
): Readonly<Record<keyof Toll, Expectation>> {
  const random = seededRandom(outage.from);
  const all = Array.from({ length: runs }, () => suffer(outage, spread, random));
  const [requests, away, exhausted] = tolls.map((name) => {
    const values = all.map((toll) => toll[name]);
    const mean = sum(values) / runs;
    const variance = sum(values.map((value) => (value - mean) ** 2)) / (runs - 1);
    return { mean: count * mean, variance: variance * (count + count ** 2 / runs) };
  }) as [Expectation, Expectation, Expectation];
  return { requests, away, exhausted };
}

/** The fewest requests and the most that a deploy can cost without a pause for want of budget. */
export function requestBounds({ from, to, retryAfter }: Outage, spread: Spread): [number, number] {
  let [longest, elapsed, least] = [spread === 'full' ? first : 3 * first, 0, 0];
  while (elapsed < to - from) {
    elapsed += longest + latency.most + (least > 0 ? retryAfter : 0);
    longest = Math.min(cap, longest * (spread === 'full' ? factor : 3));
    least += 1;
  }
  return [least, budget];
}

/** Between which times after the cut the first request is sent, evenly spread, in milliseconds. */
export function firstWait(spread: Spread): [number, number] {
  return spread === 'full' ? [0, first] : [first, 3 * first];
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

import type { Failure } from './connection-error.ts';
import { longestDelay } from './rules.ts';
import type { ConnectionSettings } from './settings.ts';

/**
 * How a delay `d` is spread.
 * `full`: uniform in 0..d. `equal`: uniform in d/2..d. `none`: d itself.
 * `decorrelated`: uniform between the first delay and three times the one before, within the cap.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const jitterKinds = ['full', 'equal', 'decorrelated', 'none'] as const;

/** The kinds as a person writes them, for the rules of options. */
export const jitterWords = jitterKinds.map((kind): `'${JitterKind}'` => `'${kind}'`);

/** One of {@link jitterKinds}. */
export type JitterKind = (typeof jitterKinds)[number];

/** The settings that decide how long a retry waits. */
export type BackoffSettings = Pick<
  ConnectionSettings,
  'retryDelay' | 'maxRetryDelay' | 'retryFactor' | 'jitter'
>;

/**
 * The delay of a retry before jitter, in milliseconds: exponential, and capped *first*, so that jitter
 * survives the cap.
 */
export function backoffDelay(settings: BackoffSettings, retries: number): number {
  const { retryDelay, maxRetryDelay, retryFactor } = settings;
  return withinBounds(Math.min(maxRetryDelay, retryDelay * retryFactor ** retries));
}

/**
 * Spreads a delay.
 *
 * @param delay The delay before jitter, in milliseconds.
 * @param random A draw from 0 (included) to 1 (excluded).
 * @param previous What the retry before this one drew, in milliseconds; 0 for the first.
 */
export function withJitter(
  settings: BackoffSettings,
  { delay, random, previous }: { delay: number; random: number; previous: number },
): number {
  switch (settings.jitter) {
    case 'none':
      return delay;
    case 'equal':
      return delay / 2 + (delay / 2) * random;
    case 'decorrelated': {
      const base = Math.min(settings.retryDelay, settings.maxRetryDelay);
      const most = Math.min(settings.maxRetryDelay, 3 * Math.max(base, previous));
      return base + (most - base) * random;
    }
    default:
      return delay * random;
  }
}

/**
 * The least that the server asked to wait, in milliseconds: its `Retry-After` to this attempt, or the
 * `retry:` of its stream, whichever is longer.
 */
export function serverFloor(
  { maxRetryAfter }: Pick<ConnectionSettings, 'maxRetryAfter'>,
  { retryAfter = 0 }: Failure,
  serverRetry: number | null,
): number {
  return withinBounds(Math.min(maxRetryAfter, Math.max(retryAfter, serverRetry ?? 0)));
}

/** Whole milliseconds that a timer can keep: a longer one, `NaN` or a negative one would fire at once. */
export function withinBounds(delay: number): number {
  return Math.round(Math.min(longestDelay, Math.max(0, delay || 0)));
}

import type { Failure } from './connection-error.ts';
import { longestDelay } from './rules.ts';
import type { ConnectionSettings } from './settings.ts';

/**
 * The delay of a retry before jitter, in milliseconds: exponential, and capped *first*, so that jitter
 * survives the cap.
 */
export function backoffDelay(settings: ConnectionSettings, retries: number): number {
  const { retryDelay, maxRetryDelay, retryFactor } = settings;
  return withinBounds(Math.min(maxRetryDelay, retryDelay * retryFactor ** retries));
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
  return withinBounds(Math.min(maxRetryAfter, Math.max(retryAfter || 0, serverRetry ?? 0)));
}

/** Whole milliseconds that a timer can keep: a longer one, `NaN` or a negative one would fire at once. */
export function withinBounds(delay: number): number {
  return Math.round(Math.min(longestDelay, Math.max(0, delay || 0)));
}

import type { Failure } from './connection-error.ts';
import { longestDelay } from './option-table.ts';
import type { ConnectionSettings } from './settings.ts';

/** The shortest base of a delay, in milliseconds. A stream that asks for less gets this. */
const leastBase = 100;

/**
 * The settings, with the reconnection time of the stream (`retry:`) as the base of the delays where it gave one. A
 * server that says `retry: 200` gets its clients back after 200 to 400 ms, one that says 5 000 after 5 to 10 s.
 */
export function atPaceOf(settings: ConnectionSettings, serverRetry: number | null): ConnectionSettings {
  return serverRetry === null ? settings : { ...settings, retryDelay: Math.max(leastBase, serverRetry) };
}

/**
 * The delay of a retry before jitter, in milliseconds: exponential, and capped *first*, so that jitter
 * survives the cap.
 */
export function backoffDelay(
  { retryDelay, maxRetryDelay, retryFactor }: ConnectionSettings,
  retries: number,
): number {
  return withinBounds(Math.min(maxRetryDelay, retryDelay * retryFactor ** retries));
}

/**
 * The shortest wait that the server allows, in milliseconds: its `Retry-After` to this attempt, or the `retry:` of
 * its stream, whichever is longer; `maxRetryAfter` at most.
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

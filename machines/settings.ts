import { jitterKinds } from './jitter.ts';
import {
  type Complete,
  complete,
  flag,
  type Given,
  milliseconds,
  number,
  oneOf,
  option,
} from './option-table.ts';
import { policyRule } from './policy.ts';

/** The options of the statechart. */
export const settingTable = {
  /**
   * How many retries may follow a failure before the connection gives up; 0 for none, `Infinity` for no limit. The
   * count starts again at 0 when a stream brings news, or has been open for `stableAfter`.
   *
   * @default 8
   * @example `maxRetries: Infinity` to go on for ever
   */
  maxRetries: option(8, number(0, Infinity)),
  /**
   * The longest wait before the first retry, in milliseconds. A stream can replace it with its `retry:` field.
   *
   * @default 1_000
   * @example `retryDelay: 500`
   */
  retryDelay: option(1_000, milliseconds),
  /**
   * The longest wait before any retry, in milliseconds, unless the server asks for more.
   *
   * @default 30_000
   * @example `maxRetryDelay: 60_000`
   */
  maxRetryDelay: option(30_000, milliseconds),
  /**
   * The factor that multiplies the delay from one retry to the next.
   *
   * @default 2
   * @example `retryFactor: 1.5`
   */
  retryFactor: option(2, number(1, Number.MAX_VALUE)),
  /**
   * How a delay is spread at random, so that clients that were dropped together do not come back together.
   *
   * @default 'full'
   * @example `jitter: 'equal'`
   */
  jitter: option('full', oneOf(...jitterKinds)),
  /**
   * The longest wait that a server may ask for with `Retry-After` or `retry:`, in milliseconds.
   *
   * @default 300_000
   * @example `maxRetryAfter: 3_600_000` for a server that may say an hour
   */
  maxRetryAfter: option(300_000, milliseconds),
  /**
   * How long a connection must stay open before its retry budget is whole again, in milliseconds.
   *
   * @default 5_000
   * @example `stableAfter: 30_000`
   */
  stableAfter: option(5_000, milliseconds),
  /**
   * Closes the connection while the page is hidden, and resumes it with the last event ID.
   *
   * @default false
   * @example `pauseWhenHidden: true` for a dashboard
   */
  pauseWhenHidden: option(false, flag),
  /**
   * Lets a request of an unsafe method (such as POST) be sent again after a failure, although that may repeat its
   * effect.
   *
   * @default false
   * @example `method: 'POST', retryUnsafe: true` for a request that does the same each time
   */
  retryUnsafe: option(false, flag),
  /**
   * Verdicts by status or kind in place of those of {@link failurePolicy}, as in `{ 404: 'retry' }`.
   *
   * @default {}
   * @example `policy: { 404: 'retry', ended: 'stop' }`
   */
  policy: option({}, policyRule),
  /**
   * Connects at once instead of waiting for `open()`.
   *
   * @default true
   * @example `immediate: false`, and `connection.open()` later
   */
  immediate: option(true, flag),
};

/** How a connection behaves: the plain data that the statechart runs on. */
export interface ConnectionSettings extends Complete<typeof settingTable> {}

/** Any of the settings; `undefined` counts as not given. */
export interface GivenSettings extends Given<typeof settingTable> {}

/** The value of every setting that is not given. */
export const defaultSettings: ConnectionSettings = completeSettings({});

/**
 * Fills in the defaults.
 *
 * @throws TypeError when a setting is invalid.
 */
export function completeSettings(given: GivenSettings = {}): ConnectionSettings {
  return complete(given, settingTable);
}

import { type JitterKind, jitterWords } from './jitter.ts';
import { failurePolicy, type PolicyOverrides, verdicts } from './policy.ts';
import { anyOf, check, flag, milliseconds, type Rules } from './rules.ts';

/** How a connection behaves: the plain data that the statechart runs on. */
export interface ConnectionSettings {
  /**
   * How many retries may follow a failure before the connection gives up; 0 for none, `Infinity` for ever.
   * The count starts afresh once the connection has been open for `stableAfter`.
   *
   * @default 8
   */
  readonly maxRetries: number;
  /**
   * The longest that the first retry waits, in milliseconds.
   *
   * @default 1_000
   */
  readonly retryDelay: number;
  /**
   * The longest that any retry waits, in milliseconds, unless the server asks for more.
   *
   * @default 30_000
   */
  readonly maxRetryDelay: number;
  /**
   * What the delay is multiplied by from one retry to the next.
   *
   * @default 2
   */
  readonly retryFactor: number;
  /**
   * How a delay is spread, so that clients dropped together do not come back together.
   *
   * @default 'full'
   */
  readonly jitter: JitterKind;
  /**
   * The longest wait that a server may ask for with `Retry-After` or `retry:`, in milliseconds.
   *
   * @default 300_000
   */
  readonly maxRetryAfter: number;
  /**
   * How long a connection must stay open before its retry budget is whole again, in milliseconds.
   *
   * @default 5_000
   */
  readonly stableAfter: number;
  /**
   * Closes the connection while the page is hidden, and resumes it with the last event ID. An unsafe request
   * (such as a POST) is sent again then.
   *
   * @default false
   */
  readonly pauseWhenHidden: boolean;
  /**
   * Lets a broken stream of an unsafe method (such as POST) be requested again although the request may
   * repeat its effect.
   *
   * @default false
   */
  readonly retryUnsafe: boolean;
  /**
   * Verdicts by status or kind that differ from the built-in ones, as in `{ 404: 'retry' }`.
   *
   * @default {}
   */
  readonly policy: PolicyOverrides;
  /**
   * Connects at once instead of waiting for `open()`.
   *
   * @default true
   */
  readonly immediate: boolean;
}

/** Any of the settings; `undefined` counts as not given. */
export type GivenSettings = {
  readonly [Key in keyof ConnectionSettings]?: ConnectionSettings[Key] | undefined;
};

/** The value of every setting that is not given. */
export const defaultSettings: ConnectionSettings = {
  maxRetries: 8,
  retryDelay: 1_000,
  maxRetryDelay: 30_000,
  retryFactor: 2,
  jitter: 'full',
  maxRetryAfter: 300_000,
  stableAfter: 5_000,
  pauseWhenHidden: false,
  retryUnsafe: false,
  policy: {},
  immediate: true,
};

/** What each setting may be. */
export const settingRules: Rules<ConnectionSettings> = {
  maxRetries: anyOf([0, Infinity]),
  retryDelay: milliseconds,
  maxRetryDelay: milliseconds,
  retryFactor: anyOf([1, Number.MAX_VALUE]),
  jitter: anyOf(...jitterWords),
  maxRetryAfter: milliseconds,
  stableAfter: milliseconds,
  pauseWhenHidden: flag,
  retryUnsafe: flag,
  policy: {
    allowed: `an object like { 404: 'fail', '5xx': 'retry', network: 'stop' }`,
    test: isPolicy,
  },
  immediate: flag,
};

/**
 * Fills in the defaults.
 *
 * @throws TypeError when a setting is not what it may be.
 */
export function completeSettings(given: GivenSettings = {}): ConnectionSettings {
  check(given, settingRules);
  const names = Object.keys(defaultSettings) as (keyof ConnectionSettings)[];
  const settings = names.map((name) => [name, given[name] ?? defaultSettings[name]]);
  return Object.fromEntries(settings) as ConnectionSettings;
}

function isPolicy(value: unknown): boolean {
  return (
    Object(value) === value &&
    Object.entries(value as object).every(
      ([key, verdict]) =>
        (/^[1-5](\d\d|xx)$/.test(key) || Object.hasOwn(failurePolicy, key)) && verdicts.includes(verdict),
    )
  );
}

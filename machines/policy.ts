import type { Failure, FailureKind } from './connection-error.ts';
import { rule } from './option-table.ts';

/**
 * The verdicts on a connection when an attempt fails:
 * `retry` after a delay, `refresh` the credentials and try once more, `restart` at once without the last event ID,
 * `fail` for good, or `stop` as ended.
 */
export const verdicts = ['retry', 'refresh', 'restart', 'fail', 'stop'] as const;

/** One of {@link verdicts}. */
export type Verdict = (typeof verdicts)[number];

/** A cause that a verdict can be given for: a status, a class of statuses, or a kind of failure. */
export type PolicyKey = number | '2xx' | '3xx' | '4xx' | '5xx' | Exclude<FailureKind, 'exhausted'>;

/** Verdicts in place of those of {@link failurePolicy}, as in `{ 404: 'retry', 503: 'fail' }`. */
export type PolicyOverrides = { readonly [Key in PolicyKey]?: Verdict };

/**
 * The verdict for every cause of failure. The verdict for a status wins over that for its class, and this one over
 * that for the kind.
 */
export const failurePolicy = {
  network: 'retry', // refused, reset, cut short
  timeout: 'retry', // no answer within `connectTimeout`
  idle: 'retry', // silent for `idleTimeout`
  ended: 'retry', // the server finished the stream
  204: 'stop', // the standard's way for a server to end it for good
  '5xx': 'retry', // the server restarts
  408: 'retry', // the server asks to come again: Request Timeout,
  425: 'retry', // Too Early,
  429: 'retry', // Too Many Requests
  410: 'restart', // the event to resume after is gone; without a last event ID this is `fail`
  unauthorized: 'refresh', // 401; without a `refresh` function this is `fail`
  forbidden: 'fail', // 403
  http: 'fail', // every other status: repeating cannot help
  'content-type': 'fail',
  'too-large': 'fail',
  invalid: 'fail',
} as const satisfies PolicyOverrides;

/**
 * The statuses with which a server says that the request had no effect, so that an unsafe one may be sent again.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
 */
export const undone: readonly number[] = [
  401, // Unauthorized: "has not been applied"
  425, // Too Early
  429, // Too Many Requests
  503, // Service Unavailable
];

/** Allows just what {@link PolicyOverrides} says. */
export const policyRule = rule<PolicyOverrides>(
  `an object like { 404: 'fail', '5xx': 'retry', network: 'stop' }`,
  (value) =>
    Object(value) === value &&
    Object.entries(value as object).every(
      ([key, verdict]) =>
        (/^([2-5]xx|[1-5]\d\d)$/.test(key) || Object.hasOwn(failurePolicy, key)) &&
        verdicts.includes(verdict),
    ),
);

/** Looks up what to do about a failure. */
export function verdictOn({ kind, status }: Failure, overrides: PolicyOverrides): Verdict {
  const table: Record<string, Verdict | undefined> = { ...failurePolicy, ...overrides };
  const code = String(status);
  return table[code] ?? table[`${code[0]}xx`] ?? table[kind] ?? 'fail';
}

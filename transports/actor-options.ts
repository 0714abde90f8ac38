import type { ConnectionClock } from '../machines/clock.ts';
import { type JitterKind, jitterWords } from '../machines/jitter.ts';
import { anyOf, callback, longestDelay, milliseconds, type Rules } from '../machines/rules.ts';
import type { Parse } from './parse.ts';
import type { ErrorReporter } from './report.ts';
import { namesRule } from './supply.ts';

/** Makes the delay of a retry out of the exponential one, which is capped but not spread. Both in milliseconds. */
export type JitterFunction = (delay: number) => number;

/** What goes on around a transport, whichever it is. */
export interface TransportActorOptions {
  /** How the text of a message becomes its data. @default 'auto' */
  readonly parse?: Parse | undefined;
  /**
   * Renews the credentials after a 401. Called once for all the connections that share the function and need
   * it at the same time; a second 401 in a row fails the connection.
   */
  readonly refresh?: (() => unknown) | undefined;
  /** A function makes the delay of a retry, in place of the kind of jitter that the statechart is set to. */
  readonly jitter?: JitterKind | JitterFunction | undefined;
  /** How long the stream may take to be accepted, in milliseconds; 0 for as long as it likes. @default 15_000 */
  readonly connectTimeout?: number | undefined;
  /**
   * How long an open stream may be silent, in milliseconds; 0 for as long as it likes. `'auto'` allows three
   * times the interval at which the server shows that it is there (with comments, or with events that are named
   * ping, heartbeat or keep-alive), from 6 to 120 seconds, and any silence as long as it does not.
   *
   * @default 0
   */
  readonly idleTimeout?: number | 'auto' | undefined;
  /**
   * The event, or events, by which the server says that the credentials are about to expire. They are renewed
   * with `refresh`, and the next stream is opened before this one is dropped.
   */
  readonly refreshOn?: string | readonly string[] | undefined;
  /** The event, or events, with which the server closes the connection for good. It is still delivered. */
  readonly closeOn?: string | readonly string[] | undefined;
  /** Time and chance. @default the system's */
  readonly clock?: ConnectionClock | undefined;
  /** Where the faults of your own functions go. @default `reportError`, or the console where there is none */
  readonly reportError?: ErrorReporter | undefined;
}

export const transportActorRules: Rules<Omit<TransportActorOptions, 'clock'>> = {
  jitter: anyOf(...jitterWords, 'function'),
  parse: anyOf("'auto'", "'text'", 'function'),
  refresh: callback,
  connectTimeout: milliseconds,
  idleTimeout: anyOf([0, longestDelay], "'auto'"),
  refreshOn: namesRule,
  closeOn: namesRule,
  reportError: callback,
};

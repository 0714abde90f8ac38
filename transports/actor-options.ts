import type { ConnectionClock } from '../machines/clock.ts';
import { type JitterKind, jitterWords } from '../machines/jitter.ts';
import { anyOf, callback, longestDelay, milliseconds, type Rules } from '../machines/rules.ts';
import type { Parse } from './parse.ts';
import type { ErrorReporter } from './report.ts';
import { matcherRule, namesRule } from './supply.ts';
import type { MessageMatcher } from './transport.ts';

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
  /**
   * How long the stream may take to be accepted, in milliseconds; 0 for as long as it likes. It is long by default
   * because many servers send their headers with the first event.
   *
   * @default 60_000
   */
  readonly connectTimeout?: number | undefined;
  /**
   * How long an open stream may be silent, in milliseconds; 0 for as long as it likes. `'auto'` allows three
   * times the interval at which the server shows that it is there, at least 6 seconds, and any silence as long as it
   * does not.
   *
   * @default 0
   */
  readonly idleTimeout?: number | 'auto' | undefined;
  /**
   * What shows that the server is there, beside comments: the events, or a test of the messages.
   *
   * @default events that are named ping, heartbeat or keep-alive
   */
  readonly keepAlive?: MessageMatcher | undefined;
  /**
   * The event, or events, by which the server says that the credentials are about to expire. They are renewed
   * with `refresh`, and the next stream is opened before this one is dropped.
   */
  readonly refreshOn?: string | readonly string[] | undefined;
  /**
   * The message with which the server closes the connection for good: the event, or events, or a test. It is still
   * delivered. A stream that ends without it was cut short.
   *
   * @example `closeOn: ({ data }) => data === '[DONE]'`
   */
  readonly closeOn?: MessageMatcher | undefined;
  /**
   * What becomes of messages at the start of a stream that repeat what was delivered: `'drop'` holds them back, for a
   * second at most, until it is clear that they do.
   *
   * @default 'drop'
   */
  readonly replays?: 'drop' | 'deliver' | undefined;
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
  closeOn: matcherRule,
  keepAlive: matcherRule,
  replays: anyOf("'drop'", "'deliver'"),
  reportError: callback,
};

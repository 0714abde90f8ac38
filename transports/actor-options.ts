import { type ConnectionClock, systemClock } from '../machines/clock.ts';
import { jitterKinds } from '../machines/jitter.ts';
import {
  type Complete,
  either,
  flag,
  functionOf,
  type Given,
  milliseconds,
  objectWith,
  oneOf,
  option,
  optional,
} from '../machines/option-table.ts';
import type { InvalidMessage } from './invalid-message.ts';
import { matcherRule, namesRule, reportError } from './option-rules.ts';
import type { Parse } from './parse.ts';
import { eventsRule } from './schemas.ts';

/**
 * Gets the exponential delay, which is capped but not spread, and returns the delay of the retry. Both in
 * milliseconds.
 */
export type JitterFunction = (delay: number) => number;

/** The options of the actor that runs a transport, whichever transport it is. */
export const transportActorTable = {
  /**
   * How the text of a message becomes its data: JSON when it parses, else the text, so that `42`, `true` and `null`
   * become a number, a boolean and null. `'text'` leaves everything as it is, which is right for tokens.
   *
   * @default 'auto'
   * @example `parse: (text) => text.split(',')`
   */
  parse: option('auto', either(oneOf('auto', 'text'), functionOf<Exclude<Parse, string>>())),
  /**
   * With a schema for each event, the data of every message are checked. The result of the schema is delivered; data
   * that it refuses are reported as an {@link InvalidMessage}.
   *
   * @example `events: { price: z.object({ symbol: z.string(), cents: z.number() }) }`
   */
  events: optional(eventsRule),
  /**
   * Called with each message that was left out because it is invalid. Left out, these go to `reportError`.
   *
   * @example `onInvalid: ({ event, id, issues }) => console.warn(event, id, issues)`
   */
  onInvalid: optional(functionOf<(message: InvalidMessage) => void>()),
  /**
   * The handling of an event that `events` does not name. `'ignore'` leaves it out and counts it; `'report'` also
   * reports it as an {@link InvalidMessage}.
   *
   * @default 'ignore'
   * @example `unknownEvents: 'report'`
   */
  unknownEvents: option('ignore', oneOf('ignore', 'report')),
  /**
   * Renews the credentials after a 401. Connections that share this function and need it at the same time call it
   * once. A second 401 in a row fails the connection.
   *
   * @example `refresh: () => session.renew(), headers: () => ({ authorization: session.token })`
   */
  refresh: optional(functionOf<() => unknown>()),
  /**
   * A function that returns the delay of a retry, in place of a kind of jitter.
   *
   * @example `jitter: (delay) => delay / 2 + (Math.random() * delay) / 2`
   */
  jitter: optional(either(oneOf(...jitterKinds), functionOf<JitterFunction>())),
  /**
   * How long the server may take to accept the stream, in milliseconds; 0 for no limit. The default is long because
   * many servers send their headers with the first event.
   *
   * @default 60_000
   * @example `connectTimeout: 10_000` for a server that sends its headers at once
   */
  connectTimeout: option(60_000, milliseconds),
  /**
   * How long an open stream may be silent, in milliseconds; 0 for no limit. `'auto'` learns the interval of the
   * server's keep-alives and allows three times as long, at least 6 seconds; without keep-alives there is no limit.
   *
   * @default 0
   * @example `idleTimeout: 45_000` for a server with a comment every 15 seconds
   */
  idleTimeout: option(0, either(milliseconds, oneOf('auto'))),
  /**
   * The messages, in addition to comments, that only show that the server is there: event names, or a test. Left out,
   * these are the events named ping, heartbeat or keep-alive.
   *
   * @example `keepAlive: ({ event }) => event === 'still-here'`
   */
  keepAlive: optional(matcherRule),
  /**
   * The event or events with which the server says that the credentials are about to expire. They are renewed with
   * `refresh`, and the next stream is opened before this one is dropped.
   *
   * @example `refreshOn: 'token-expires', refresh: () => session.renew()`
   */
  refreshOn: optional(namesRule),
  /**
   * The message with which the server closes the connection for good: event names, or a test. It is still delivered.
   * A stream that ends without it was cut short.
   *
   * @example `closeOn: ({ data }) => data === '[DONE]', parse: 'text'`
   */
  closeOn: optional(matcherRule),
  /**
   * The handling of messages at the start of a stream that repeat what was delivered. `'drop'` holds them back, for
   * one second at most, until it is clear whether they do.
   *
   * @default 'drop'
   * @example `replays: 'deliver'`
   */
  replays: option('drop', oneOf('drop', 'deliver')),
  /**
   * Adds `receivedAt` to each message: when it was read, by the `now()` of the clock (wall clock, in milliseconds).
   * All messages of a chunk have the same. A message that may be a replay is held back before, for one second at
   * most.
   *
   * @default false
   * @example `receivedAt: true`, then `Date.now() - message.receivedAt` is its age
   */
  receivedAt: option(false, flag),
  /**
   * The source of time and of random numbers. By default the platform's. Its results are checked: a wrong one is
   * reported and replaced.
   *
   * @example `clock: createTestClock()` of `sse-machine/testing`
   */
  clock: option(systemClock, objectWith<ConnectionClock>('now', 'random', 'setTimeout', 'clearTimeout')),
  /**
   * Called with the errors that your own functions throw. By default the global `reportError`, or the console where
   * there is none.
   *
   * @example `reportError: (error) => Sentry.captureException(error)`
   */
  reportError,
};

/** The options of the actor around a transport, whichever it is. */
export interface TransportActorOptions extends Given<typeof transportActorTable> {}

/** {@link TransportActorOptions} with the defaults filled in. */
export interface TransportActorSettings extends Complete<typeof transportActorTable> {}

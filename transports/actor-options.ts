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

/** Makes the delay of a retry out of the exponential one, which is capped but not spread. Both in milliseconds. */
export type JitterFunction = (delay: number) => number;

/** The options of what goes on around a transport, whichever it is. */
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
   * With a schema for each event, the data of every message are checked: what the schema makes of them is delivered, and
   * what it does not let through is reported as an {@link InvalidMessage}.
   *
   * @example `events: { price: z.object({ symbol: z.string(), cents: z.number() }) }`
   */
  events: optional(eventsRule),
  /**
   * Is given the messages that were left out because they are invalid. By default `reportError` is.
   *
   * @example `onInvalid: ({ event, id, issues }) => console.warn(event, id, issues)`
   */
  onInvalid: optional(functionOf<(message: InvalidMessage) => void>()),
  /**
   * The handling of an event that `events` does not name: it is left out, and counted; `'report'` reports each as an
   * {@link InvalidMessage}.
   *
   * @default 'ignore'
   * @example `unknownEvents: 'report'`
   */
  unknownEvents: option('ignore', oneOf('ignore', 'report')),
  /**
   * Renews the credentials after a 401. Called once for all the connections that share the function and need
   * it at the same time; a second 401 in a row fails the connection.
   *
   * @example `refresh: () => session.renew(), headers: () => ({ authorization: session.token })`
   */
  refresh: optional(functionOf<() => unknown>()),
  /**
   * A function makes the delay of a retry, in place of the kind of jitter that the statechart is set to.
   *
   * @example `jitter: (delay) => delay / 2 + (Math.random() * delay) / 2`
   */
  jitter: optional(either(oneOf(...jitterKinds), functionOf<JitterFunction>())),
  /**
   * How long the stream may take to be accepted, in milliseconds; 0 for as long as it likes. It is long by default
   * because many servers send their headers with the first event.
   *
   * @default 60_000
   * @example `connectTimeout: 10_000` for a server that sends its headers at once
   */
  connectTimeout: option(60_000, milliseconds),
  /**
   * How long an open stream may be silent, in milliseconds; 0 for as long as it likes. `'auto'` allows three
   * times the interval at which the server shows that it is there, at least 6 seconds, and any silence as long as it
   * does not.
   *
   * @default 0
   * @example `idleTimeout: 45_000` for a server with a comment every 15 seconds
   */
  idleTimeout: option(0, either(milliseconds, oneOf('auto'))),
  /**
   * The signs that the server is there, beside comments: the events, or a test of the messages.
   * Left out, these are events that are named ping, heartbeat or keep-alive.
   *
   * @example `keepAlive: ({ event }) => event === 'still-here'`
   */
  keepAlive: optional(matcherRule),
  /**
   * The event, or events, by which the server says that the credentials are about to expire. They are renewed
   * with `refresh`, and the next stream is opened before this one is dropped.
   *
   * @example `refreshOn: 'token-expires', refresh: () => session.renew()`
   */
  refreshOn: optional(namesRule),
  /**
   * The message with which the server closes the connection for good: the event, or events, or a test. It is still
   * delivered. A stream that ends without it was cut short.
   *
   * @example `closeOn: ({ data }) => data === '[DONE]', parse: 'text'`
   */
  closeOn: optional(matcherRule),
  /**
   * The handling of messages at the start of a stream that repeat what was delivered: `'drop'` holds them back, for a
   * second at most, until it is clear that they do.
   *
   * @default 'drop'
   * @example `replays: 'deliver'`
   */
  replays: option('drop', oneOf('drop', 'deliver')),
  /**
   * Puts on each message when it was read: `receivedAt`, the `now()` of the clock, which is the wall clock in milliseconds.
   * All messages of a chunk have the same. A message that may be a replay is held back before, for a second at most.
   *
   * @default false
   * @example `receivedAt: true`, then `Date.now() - message.receivedAt` is its age
   */
  receivedAt: option(false, flag),
  /**
   * Time and chance. By default the system's. What it returns is checked: a wrong draw or time is reported and replaced.
   *
   * @example `clock: createTestClock()` of `sse-machine/testing`
   */
  clock: option(systemClock, objectWith<ConnectionClock>('now', 'random', 'setTimeout', 'clearTimeout')),
  /**
   * Where the faults of your own functions go. By default `reportError`, or the console where there is none.
   *
   * @example `reportError: (error) => Sentry.captureException(error)`
   */
  reportError,
};

/** The options of the actor around a transport, whichever it is. */
export interface TransportActorOptions extends Given<typeof transportActorTable> {}

/** The same with the defaults filled in. */
export interface TransportActorSettings extends Complete<typeof transportActorTable> {}

import type { CloseReason, Gap } from '../machines/connection.ts';
import type { ConnectionError } from '../machines/connection-error.ts';
import type { JitterKind } from '../machines/jitter.ts';
import {
  type Complete,
  check,
  complete,
  either,
  flag,
  functionOf,
  type Given,
  isFunction,
  milliseconds,
  number,
  oneOf,
  option,
  optional,
  rule,
  text,
} from '../machines/option-table.ts';
import { type GivenSettings, settingTable } from '../machines/settings.ts';
import {
  type JitterFunction,
  type TransportActorOptions,
  transportActorTable,
} from '../transports/actor-options.ts';
import { eventSourceTable } from '../transports/event-source.ts';
import { fetchTable, fetchTransport } from '../transports/fetch.ts';
import { lastEventIdRule } from '../transports/option-rules.ts';
import { type EventSchemas, eventNames } from '../transports/schemas.ts';
import type { EventMap } from '../transports/transport.ts';
import type { TransportFactory, TransportOptions } from '../transports/transport-factory.ts';
import type { OpenState } from './connection.ts';
import type { FailedAttempt } from './lifecycle.ts';
import { persistenceRule } from './persistence.ts';

/** Allows a signal of any realm, also one of React Native, which has no `reason`. */
const signalRule = rule<AbortSignal>(
  'an AbortSignal',
  (value) => typeof Object(value).aborted === 'boolean' && isFunction(Object(value).removeEventListener),
);

/** Allows a list of topics, or a function that returns one. */
const topicsRule = either(
  rule<readonly string[]>('a list of topics', (value) => Array.isArray(value) && value.every(text.test)),
  functionOf<() => readonly string[]>(),
);

/** The options of the connection itself. */
const ownTable = {
  /**
   * Makes the transport from the options. By default `fetchTransport`.
   *
   * @example `{ transport: eventSourceTransport }`
   */
  transport: option(fetchTransport, functionOf<TransportFactory>()),
  /**
   * The ID to resume after at first, as when the page was delivered with the state up to this event.
   *
   * @example `lastEventId: page.lastEventId` for a page that a server has rendered
   */
  lastEventId: optional(lastEventIdRule),
  /**
   * Keeps the last event ID in a storage, so that a reloaded page resumes after it. Wins over `lastEventId`. A stored
   * value that is no ID, or is longer than `maxFieldSize`, is ignored and removed.
   *
   * @example `persist: { key: 'notifications', storage: sessionStorage }`
   */
  persist: optional(persistenceRule),
  /**
   * Called when events may have been lost: load again what they would have told. `reason` says why: see {@link Gap}.
   *
   * @example `onGap: () => reloadNotifications()`
   */
  onGap: optional(functionOf<(gap: Gap) => void>()),
  /**
   * Called with the state when a stream has opened, also when it replaces another. If a shared connection is already
   * open, the callback of a user is called when that user joins.
   *
   * @example `onOpen: ({ openedAt, lastEventId }) => log(openedAt, lastEventId)`
   */
  onOpen: optional(functionOf<(state: OpenState) => void>()),
  /**
   * Called when an attempt has failed and the connection goes on: it waits, requests again, or keeps the open stream.
   *
   * @example `onFailure: ({ error, retryDelay }) => log(error.kind, retryDelay)`
   */
  onFailure: optional(functionOf<(attempt: FailedAttempt) => void>()),
  /**
   * Called when the connection gives up.
   *
   * @example `onGaveUp: ({ error }) => captureException(error)`
   */
  onGaveUp: optional(functionOf<(end: { readonly error: ConnectionError }) => void>()),
  /**
   * Called when the connection is closed: by the app, by the server, or until the page is shown again.
   *
   * @example `onClosed: ({ reason }) => log(reason)`
   */
  onClosed: optional(functionOf<(end: { readonly reason: CloseReason }) => void>()),
  /**
   * Closes the connection when the signal aborts, as `close()` does, and for good: `open()` and `reconnect()` have no
   * effect then. If it has aborted already, nothing is ever sent.
   *
   * @example `{ signal: AbortSignal.any([controller.signal, AbortSignal.timeout(60_000)]) }`
   */
  signal: optional(signalRule),
  /**
   * How many messages an async iteration keeps for a slow consumer.
   *
   * @default 10_000
   * @example `bufferSize: 100`
   */
  bufferSize: option(10_000, number(1, Infinity)),
  /**
   * When an async iteration holds `bufferSize` messages, `'fail'` ends it with an error. `'wait'` stops reading until
   * the consumer has caught up, so that the server has to wait. That holds back the listeners too, so a shared
   * connection refuses it. An `EventSource` and other tabs cannot be held back: their messages are kept in memory.
   *
   * @default 'fail'
   * @example `overflow: 'wait'`
   */
  overflow: option('fail', oneOf('fail', 'wait')),
  /**
   * Shares one connection with all others of the page that give the same value: a name, or `true` for the same method
   * and URL. Each user has its own listeners, callbacks, `signal` and `close()`; most other options have to be the
   * same. An unsafe request, such as a POST, cannot be shared.
   *
   * @default false
   * @example `share: 'notifications'`
   */
  share: option<boolean | string>(false, either(flag, text)),
  /**
   * How long a shared connection stays open after its last user, in milliseconds, so that a navigation costs no
   * request.
   *
   * @default 1_000
   * @example `share: true, linger: 5_000`
   */
  linger: option(1_000, milliseconds),
  /**
   * The topics that this user of a shared connection wants. The `url` has to be a function; it gets the topics of all
   * users, sorted. 200 ms after they have changed, the next stream is opened, and then the old one is dropped.
   *
   * @example `{ share: 'topics', topics: ['orders'] }`, with `(topics) => '/api/events?topics=' + topics` as URL
   */
  topics: optional(topicsRule),
};

/** Every option of a connection, by the part that reads it: its default and its rule. */
export const optionTables = {
  statechart: settingTable,
  'transport actor': {
    ...transportActorTable,
    jitter: option(settingTable.jitter.default, transportActorTable.jitter),
  },
  fetchTransport: fetchTable,
  eventSourceTransport: eventSourceTable,
  connection: ownTable,
};

const connectionTable = {
  ...optionTables.statechart,
  ...optionTables['transport actor'],
  ...optionTables.fetchTransport,
  ...optionTables.eventSourceTransport,
  ...optionTables.connection,
};

/** The options of a connection, besides its URL. */
export interface ConnectionOptions<Events extends object = EventMap>
  extends Omit<GivenSettings, 'jitter'>,
    Omit<TransportActorOptions, 'jitter' | 'events'>,
    Omit<TransportOptions, 'url' | 'events' | 'clock'>,
    Given<typeof ownTable> {
  /**
   * The names of the events to deliver in addition to `message` (an event without a name) and to those of `closeOn`,
   * `refreshOn` and `keepAlive`. `eventSourceTransport` needs them; `fetchTransport` delivers every event when this
   * is left out.
   *
   * Or a schema for each event, from Zod, Valibot, ArkType or any other library of Standard Schema. Then only these
   * events are delivered, their types are inferred, and every payload is checked. See `onInvalid`.
   *
   * @example `events: { notification: z.object({ title: z.string() }) }`
   * @see https://standardschema.dev
   */
  readonly events?: readonly (keyof Events & string)[] | NoInfer<EventSchemas<Events>> | undefined;
  /**
   * How a delay is spread at random, so that clients that were dropped together do not come back together. A function
   * gets the capped exponential delay and returns the delay to use, both in milliseconds.
   *
   * @default 'full'
   */
  readonly jitter?: JitterKind | JitterFunction | undefined;
}

/**
 * Checks the options, and fills in the defaults. In development, unknown names are refused too.
 *
 * @throws TypeError that names the option, its value and what is allowed.
 */
export function completeOptions(options: ConnectionOptions): Complete<typeof connectionTable> {
  const settings = complete(options, connectionTable);
  const complaint = complaintOfNames(options);
  if (complaint) throw new TypeError(complaint);
  return settings;
}

/**
 * The options that are plain data, as text to compare: numbers, strings, booleans, lists and the policy.
 *
 * @param without The names of options to leave out.
 */
export function contentOf(options: object, without: readonly string[]): string {
  const { persist, events } = options as ConnectionOptions;
  const entries = Object.entries({ ...options, persist: persist?.key, events: events && eventNames(events) });
  return JSON.stringify(
    entries
      .filter(([name, value]) => !without.includes(name) && (name === 'policy' || isData(value)))
      .map(([name, value]) => [name, Array.isArray(value) ? [...value].sort() : value])
      .sort(),
  );
}

function isData(value: unknown): boolean {
  return Array.isArray(value) || ['string', 'number', 'boolean'].includes(typeof value);
}

/** @throws TypeError when it is not an event ID that a header can carry. */
export function checkLastEventId(lastEventId: string | undefined): void {
  check({ lastEventId }, { lastEventId: lastEventIdRule });
}

/** @throws TypeError when the connection never delivers this event. */
export function checkName(event: string, hears: readonly string[] | undefined): void {
  if (!hears || hears.includes(event)) return;
  throw new TypeError(
    `'${event}' is not among the events of this connection: ${hears.join(', ')}. Name it in \`events\`.`,
  );
}

/** In production, a bundler removes the body. Does nothing where there is no `process`. */
function complaintOfNames(options: ConnectionOptions): string | undefined {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const names = Object.keys(connectionTable);
      const unknown = Object.keys(options).find((name) => !names.includes(name));
      return unknown && `There is no option \`${unknown}\`. There are ${names.join(', ')}.`;
    }
  } catch {}
  return undefined;
}

/** The options of the statechart. */
export function settingsOf(options: ConnectionOptions): GivenSettings {
  const settings = Object.fromEntries(
    Object.keys(settingTable).map((name) => [name, options[name as keyof ConnectionOptions]]),
  );
  return typeof options.jitter === 'function' ? { ...settings, jitter: undefined } : settings;
}

declare const process: { env: { NODE_ENV?: string } };

import type { Gap } from '../machines/connection.ts';
import type { JitterKind } from '../machines/jitter.ts';
import { anyOf, callback, check, type Rule, type Rules, text } from '../machines/rules.ts';
import { type ConnectionSettings, type GivenSettings, settingRules } from '../machines/settings.ts';
import {
  type JitterFunction,
  type TransportActorOptions,
  transportActorRules,
} from '../transports/actor-options.ts';
import { isSendable } from '../transports/event-id.ts';
import type { EventSourceTransportOptions } from '../transports/event-source.ts';
import { type FetchTransportOptions, fetchTransportRules } from '../transports/fetch.ts';
import { eventsRule, matcherRule, namesOf, namesRule } from '../transports/supply.ts';
import type { EventMap, Transport } from '../transports/transport.ts';
import type { Persistence } from './cursor.ts';

/** Everything that can be said of the request and of what is read, whichever transport it is for. */
export type TransportOptions = FetchTransportOptions & EventSourceTransportOptions;

/** What a connection can be given besides its URL. */
export interface ConnectionOptions<Events extends object = EventMap>
  extends Omit<GivenSettings, 'jitter'>,
    Omit<TransportActorOptions, 'jitter'>,
    Omit<TransportOptions, 'url' | 'events'> {
  /**
   * The names of the events to deliver. The native EventSource has to know them; with `fetch`, leave it out to
   * get every event.
   */
  readonly events?: readonly (keyof Events & string)[] | undefined;
  /**
   * How a delay is spread, so that clients dropped together do not come back together. A function gets the
   * capped exponential delay in milliseconds and returns the one to use.
   *
   * @default 'full'
   */
  readonly jitter?: JitterKind | JitterFunction | undefined;
  /**
   * Makes the transport out of the options.
   *
   * @default fetchTransport
   * @example `{ transport: eventSourceTransport }`
   */
  readonly transport?: ((options: TransportOptions) => Transport) | undefined;
  /** The ID to resume after at first, as when the page came with the state up to it. */
  readonly lastEventId?: string | undefined;
  /** Keeps the last event ID in a storage, so that a reloaded page resumes where it was. Goes before `lastEventId`. */
  readonly persist?: Persistence | undefined;
  /**
   * Called when events may have been lost: reload what they would have told. The `reason` says whether the server
   * admits it, whether nobody can know, or whether the last event ID was given up.
   */
  readonly onGap?: ((gap: Gap) => void) | undefined;
  /** How many messages an async iteration holds for a consumer that is slower than the stream. @default 10_000 */
  readonly bufferSize?: number | undefined;
}

const lastEventIdRule: Rule = {
  allowed: 'a string without control characters',
  test: (value) => typeof value === 'string' && isSendable(value),
};

const ownRules: Rules<
  Pick<
    ConnectionOptions,
    | 'events'
    | 'closeOn'
    | 'refreshOn'
    | 'transport'
    | 'bufferSize'
    | 'lastEventId'
    | 'persist'
    | 'onGap'
    | 'clock'
  >
> = {
  transport: callback,
  onGap: callback,
  events: eventsRule,
  closeOn: matcherRule,
  refreshOn: namesRule,
  lastEventId: lastEventIdRule,
  persist: {
    allowed: 'a `storage` and a `key`',
    test: (value) =>
      hasMethods(Object(value).storage, 'getItem', 'setItem', 'removeItem') && text.test(Object(value).key),
  },
  clock: {
    allowed: 'an object with `now`, `random`, `setTimeout` and `clearTimeout`',
    test: (value) => hasMethods(value, 'now', 'random', 'setTimeout', 'clearTimeout'),
  },
  bufferSize: anyOf([1, Infinity]),
};

/**
 * Checks the options that no other part checks; in development also that every name is one.
 *
 * @throws TypeError that names the option, its value and what is allowed.
 */
export function checkOptions(options: ConnectionOptions): void {
  check<Pick<ConnectionOptions, keyof typeof ownRules>>(options, ownRules);
  const { events, closeOn, refreshOn } = options;
  for (const name of [...namesOf(closeOn), ...namesOf(refreshOn)]) checkName(name, events);
  const complaint = complaintOfNames(options);
  if (complaint) throw new TypeError(complaint);
}

/** @throws TypeError when it is no event ID. */
export function checkLastEventId(lastEventId: string | undefined): void {
  check({ lastEventId }, { lastEventId: lastEventIdRule });
}

/** @throws TypeError when an event can never be heard because it is not among those that were asked for. */
export function checkName(event: string, events: readonly string[] | undefined): void {
  if (!events || events.includes(event)) return;
  throw new TypeError(`'${event}' is not among the \`events\` of this connection: ${events.join(', ')}.`);
}

function hasMethods(value: unknown, ...names: string[]): boolean {
  return names.every((name) => callback.test(Object(value)[name]));
}

/** In production a bundler leaves out the body. Where there is no `process` it does nothing. */
function complaintOfNames(options: ConnectionOptions): string | undefined {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const { url: _, ...requestRules } = fetchTransportRules;
      const rules = { ...settingRules, ...transportActorRules, ...requestRules, ...ownRules };
      const names = [...Object.keys(rules), 'headers', 'body', 'lastEventIdParam', 'EventSource'];
      const unknown = Object.keys(options).find((name) => !names.includes(name));
      return unknown && `There is no option \`${unknown}\`. There are ${names.join(', ')}.`;
    }
  } catch {}
  return undefined;
}

/** The part of the options that the statechart runs on. */
export function settingsOf(options: ConnectionOptions): Partial<ConnectionSettings> {
  const settings = Object.fromEntries(
    Object.keys(settingRules).map((name) => [name, options[name as keyof ConnectionOptions]]),
  );
  return typeof options.jitter === 'function' ? { ...settings, jitter: 'full' } : settings;
}

declare const process: { env: { NODE_ENV?: string } };

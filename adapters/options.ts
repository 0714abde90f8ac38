import type { JitterKind } from '../machines/backoff.ts';
import { jitterKinds } from '../machines/backoff.ts';
import { callback, check, type Rule, type Rules } from '../machines/rules.ts';
import { type ConnectionSettings, settingRules } from '../machines/settings.ts';
import { type EventSourceTransportOptions, eventSourceTransportRules } from '../transports/event-source.ts';
import { type FetchTransportOptions, fetchTransportRules } from '../transports/fetch.ts';
import {
  type JitterFunction,
  type TransportActorOptions,
  transportActorRules,
} from '../transports/from-transport.ts';
import type { EventMap, Transport } from '../transports/transport.ts';

/** Everything that can be said of the request and of what is read, whichever transport it is for. */
export type TransportOptions = FetchTransportOptions & EventSourceTransportOptions;

type Settings = { readonly [Key in keyof ConnectionSettings]?: ConnectionSettings[Key] | undefined };

/** What a connection can be given besides its URL. */
export interface ConnectionOptions<Events extends EventMap = EventMap>
  extends Omit<Settings, 'jitter'>,
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
  /** How many messages an async iteration holds for a consumer that is slower than the stream. @default 10_000 */
  readonly bufferSize?: number | undefined;
}

const count: Rule = {
  allowed: 'a whole number, 1 or more',
  test: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
};

const anything: Rule = { allowed: 'anything', test: () => true };

const optionRules: Rules<Omit<ConnectionOptions, 'immediate'> & Pick<TransportOptions, 'url'>> = {
  ...settingRules,
  ...transportActorRules,
  ...fetchTransportRules,
  ...eventSourceTransportRules,
  jitter: {
    allowed: `${settingRules.jitter.allowed} | a function`,
    test: (value) => jitterKinds.includes(value as JitterKind) || typeof value === 'function',
  },
  transport: callback,
  bufferSize: count,
  headers: anything,
  body: anything,
  clock: anything,
};

/**
 * Checks the options of a connection; in development also that every name is one.
 *
 * @throws TypeError that names the option, its value and what is allowed.
 */
export function checkOptions(url: TransportOptions['url'], options: ConnectionOptions): void {
  if (inDevelopment()) {
    for (const name of Object.keys(options)) {
      if (!Object.hasOwn(optionRules, name) || name === 'url') {
        const names = Object.keys(optionRules).filter((known) => known !== 'url');
        throw new TypeError(`There is no option \`${name}\`. The options are ${names.join(', ')}.`);
      }
    }
  }
  check({ ...options, url: url ?? '' }, optionRules);
}

/** The part of the options that the statechart runs on. */
export function settingsOf(options: ConnectionOptions): Partial<ConnectionSettings> {
  const settings = Object.fromEntries(
    Object.keys(settingRules).map((name) => [name, options[name as keyof ConnectionOptions]]),
  );
  return typeof options.jitter === 'function' ? { ...settings, jitter: 'full' } : settings;
}

/** Bundlers replace the expression; without one, and without a `process`, it is not development. */
function inDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production';
  } catch {
    return false;
  }
}

declare const process: { env: { NODE_ENV?: string } };

import type { JitterKind } from '../machines/jitter.ts';
import { anyOf, callback, check, type Rules } from '../machines/rules.ts';
import { type ConnectionSettings, type GivenSettings, settingRules } from '../machines/settings.ts';
import type { EventSourceTransportOptions } from '../transports/event-source.ts';
import { type FetchTransportOptions, fetchTransportRules } from '../transports/fetch.ts';
import {
  type JitterFunction,
  type TransportActorOptions,
  transportActorRules,
} from '../transports/from-transport.ts';
import type { EventMap, Transport } from '../transports/transport.ts';

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
  /** How many messages an async iteration holds for a consumer that is slower than the stream. @default 10_000 */
  readonly bufferSize?: number | undefined;
}

const ownRules: Rules<Pick<ConnectionOptions, 'transport' | 'bufferSize'>> = {
  transport: callback,
  bufferSize: anyOf([1, Infinity]),
};

/**
 * Checks the options that no other part checks; in development also that every name is one.
 *
 * @throws TypeError that names the option, its value and what is allowed.
 */
export function checkOptions(options: ConnectionOptions): void {
  check<Pick<ConnectionOptions, keyof typeof ownRules>>(options, ownRules);
  const complaint = complaintOfNames(options);
  if (complaint) throw new TypeError(complaint);
}

/** In production a bundler leaves out the body. Where there is no `process` it does nothing. */
function complaintOfNames(options: ConnectionOptions): string | undefined {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const { url: _, ...requestRules } = fetchTransportRules;
      const rules = { ...settingRules, ...transportActorRules, ...requestRules, ...ownRules };
      const names = [...Object.keys(rules), 'headers', 'body', 'clock', 'lastEventIdParam', 'EventSource'];
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

import type { TransportActorOptions } from './actor-options.ts';
import type { EventSourceTransportOptions } from './event-source.ts';
import type { FetchTransportOptions } from './fetch.ts';
import type { Transport } from './transport.ts';

/** Everything that can be said of the request and of what is read, whichever transport it is for. */
export type TransportOptions = FetchTransportOptions &
  EventSourceTransportOptions &
  Pick<TransportActorOptions, 'clock'>;

/** Makes a transport out of the options of a connection. */
export interface TransportFactory {
  (options: TransportOptions): Transport;
  /** Whose streams these are. Connections of several scopes are never shared. */
  readonly scope?: string;
  /** It hears only the events that the options name, and has to know them when it begins. */
  readonly needsNames?: boolean | undefined;
}

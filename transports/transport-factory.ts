import type { TransportActorOptions } from './actor-options.ts';
import type { EventSourceTransportOptions } from './event-source.ts';
import type { FetchTransportOptions } from './fetch.ts';
import type { Transport } from './transport.ts';

/** The options of every transport of this package, together. */
export type TransportOptions = FetchTransportOptions &
  EventSourceTransportOptions &
  Pick<TransportActorOptions, 'clock'>;

/** Makes a transport from the options of a connection. */
export interface TransportFactory {
  (options: TransportOptions): Transport;
  /** The user or group whose streams these are. Connections of different scopes are never shared. */
  readonly scope?: string;
  /** True when the transport delivers only the events that the options name, and has to know the names at the start. */
  readonly needsNames?: boolean | undefined;
}

import {
  type Connection,
  type ConnectionOptions,
  type ConnectionState,
  createConnection,
  eventSourceTransport,
  fetchTransport,
} from '../../index.ts';

/** A connection that the page opens as soon as it is loaded. */
export interface PlannedConnection
  extends Pick<
    ConnectionOptions,
    | 'idleTimeout'
    | 'maxRetries'
    | 'maxRetryDelay'
    | 'method'
    | 'pauseWhenHidden'
    | 'resume'
    | 'retryDelay'
    | 'retryFactor'
  > {
  readonly url: string;
  /** Over the browser's own `EventSource`. */
  readonly native?: boolean;
  /** Keep the last event ID in the `sessionStorage`. */
  readonly persist?: boolean;
}

/** The plan that the address of the page asks for. */
export interface Plan {
  readonly connections: Readonly<Record<string, PlannedConnection>>;
  /** Listen for `unload`, which no browser allows in its back/forward cache. */
  readonly unload?: boolean;
}

/** A connection of the page, and what became of it: states may be shorter than a test can look. */
export interface Client {
  readonly connection: Connection;
  /** Every status with the retries that were charged, such as `open`, `backoff 2` and `closed: paused`. */
  readonly history: string[];
  readonly received: unknown[];
}

declare global {
  interface Window {
    clients: Record<string, Client>;
    /** The signals of the browser to the page, such as `freeze` or `visibilitychange: hidden`. */
    signals: string[];
  }
}

const plan = JSON.parse(new URLSearchParams(location.search).get('plan') ?? '{}') as Plan;
window.signals = [];
for (const name of ['freeze', 'resume', 'visibilitychange', 'pagehide', 'pageshow', 'online', 'offline']) {
  window.addEventListener(name, (event) => window.signals.push(signalOf(event)), true);
}
if (plan.unload) window.addEventListener('unload', () => {});
window.clients = Object.fromEntries(
  Object.entries(plan.connections).map(([name, planned]) => [name, open(name, planned)]),
);

function signalOf(event: Event): string {
  if (event instanceof PageTransitionEvent) return `${event.type}: ${event.persisted ? 'kept' : 'not kept'}`;
  return event.type === 'visibilitychange' ? `visibilitychange: ${document.visibilityState}` : event.type;
}

function open(name: string, { url, native = false, persist = false, ...options }: PlannedConnection): Client {
  const connection = createConnection(url, {
    ...options,
    ...(persist && { persist: { storage: sessionStorage, key: name } }),
    transport: native ? eventSourceTransport : fetchTransport,
    jitter: 'none',
    stableAfter: 60_000, // what was charged stays visible
  });
  const history = [describe(connection.state)];
  const received: unknown[] = [];
  connection.subscribe((state) => {
    const next = describe(state);
    if (next !== history.at(-1)) history.push(next);
  });
  connection.on('message', ({ data }) => received.push(data));
  return { connection, history, received };
}

function describe({ status, closeReason, retries }: ConnectionState): string {
  return [closeReason ? `${status}: ${closeReason}` : status, ...(retries > 0 ? [retries] : [])].join(' ');
}

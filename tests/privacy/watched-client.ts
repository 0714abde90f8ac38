import { createActor, type InspectionEvent } from 'xstate';
import { asyncDispose } from '../../adapters/dispose.ts';
import {
  type Connection,
  type ConnectionOptions,
  connectionMachine,
  createConnection,
  eventSourceTransport,
  fetchTransport,
  fromTransport,
  isConnectionError,
  type Supplied,
} from '../../index.ts';
import { createLeaks, type Leaks, watchConnection } from './canaries.ts';

/** A connection and a bare statechart with an inspector, both of the same options and both watched. */
export interface WatchedClient extends AsyncDisposable {
  readonly connection: Connection;
  readonly leaks: Leaks;
  /** Every status that the connection came to. */
  readonly statuses: ReadonlySet<string>;
  /** Reports to the app: errors of its own, or the causes of the errors reported. */
  readonly own: readonly unknown[];
  /** One of the two waits to try again. */
  readonly waits: () => boolean;
  /** The statechart with the inspector has come to the same status as the connection. */
  readonly agrees: () => boolean;
  /** Tells both to connect anew. */
  reconnect(): void;
}

export function startWatchedClient(
  url: Supplied<string | URL>,
  options: ConnectionOptions & { native?: boolean },
): WatchedClient {
  const { native = false, jitter = 'none', ...rest } = options;
  const leaks = createLeaks();
  const own: unknown[] = [];
  const transport = native ? eventSourceTransport : fetchTransport;

  function reportError(error: unknown): void {
    if (!(isConnectionError(error) && error instanceof Error)) return void own.push(error);
    own.push(error.cause);
    for (const text of [error.message, JSON.stringify(error), error.stack]) leaks.watch('a report', text);
  }

  const connection = createConnection(url, { ...rest, jitter, transport, reportError });
  const statuses = watchConnection(connection, leaks);

  function inspect(event: InspectionEvent): void {
    const { type } = event;
    const inner = 'event' in event ? event.event.type : '';
    leaks.watch(`inspected ${type} ${inner}`, event);
  }
  const { parse, refresh, connectTimeout, idleTimeout, refreshOn, closeOn, keepAlive, clock } = rest;
  const { maxRetries, retryDelay, stableAfter, policy } = rest;
  const machine = connectionMachine.provide({
    actors: {
      transport: fromTransport(transport({ ...rest, url, reportError: () => {} }), {
        ...{ parse, refresh, connectTimeout, idleTimeout, refreshOn, closeOn, keepAlive, clock, jitter },
        reportError: () => {},
      }),
    },
  });
  const actor = createActor(machine, {
    input: { maxRetries, retryDelay, stableAfter, policy, jitter: 'none' },
    inspect,
    ...(clock && { clock }),
  });
  actor.on('*', (event) => leaks.watch(`emitted ${event.type}`, event));
  actor.subscribe((snapshot) => leaks.watch('snapshot', snapshot));
  actor.start();

  return {
    connection,
    leaks,
    statuses,
    own,
    waits: () => connection.state.status === 'backoff' || actor.getSnapshot().hasTag('backoff'),
    agrees: () => actor.getSnapshot().hasTag(connection.state.status),
    reconnect() {
      connection.reconnect();
      actor.send({ type: 'reconnect' });
    },
    async [Symbol.asyncDispose]() {
      actor.stop();
      await connection[asyncDispose]();
    },
  };
}

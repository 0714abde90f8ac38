import { type Connection, createConnection, eventSourceTransport, fetchTransport } from '../../../index.ts';

/** How the connections of one origin fare. */
export interface Standing {
  readonly statuses: readonly string[];
  readonly retries: readonly number[];
  readonly received: readonly (readonly unknown[])[];
  /** The failures that they have announced. */
  readonly failures: readonly string[];
}

declare global {
  interface Window {
    /** Opens six connections to an origin. */
    openSix(url: string, native: boolean): void;
    standingOf(url: string): Standing;
  }
}

const origins = new Map<string, { connections: Connection[]; received: unknown[][]; failures: string[] }>();

window.openSix = (url, native) => {
  const received: unknown[][] = [];
  const failures: string[] = [];
  const connections = Array.from({ length: 6 }, (_, index) => {
    const own: unknown[] = [];
    received.push(own);
    const connection = createConnection(`${url}?stream=${index}`, {
      transport: native ? eventSourceTransport : fetchTransport,
      connectTimeout: 5_000, // also for a machine that has much to do
    });
    connection.on('message', ({ data }) => own.push(data));
    connection.actor.on('failure', ({ error }) => failures.push(error.kind));
    return connection;
  });
  origins.set(url, { connections, received, failures });
};

window.standingOf = (url) => {
  const { connections = [], received = [], failures = [] } = origins.get(url) ?? {};
  return {
    statuses: connections.map(({ state }) => state.status),
    retries: connections.map(({ state }) => state.retries),
    received,
    failures,
  };
};

import { afterEach, beforeEach } from 'vitest';
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  type Message,
  type Supplied,
} from '../../index.ts';
import { createTestClock, type TestClock } from '../../testing/clock.ts';
import { type SseServer, startSseServer } from './sse-server.ts';
import { until } from './until.ts';

// For each test of a file that imports this: a real server, time that only the test moves, and the connections
// between them, which are disposed of at its end.

export let server: SseServer;
export let clock: TestClock;
let connections: Connection[];

beforeEach(async () => {
  server = await startSseServer();
  clock = createTestClock();
  connections = [];
});

afterEach(async () => {
  for (const connection of connections) await connection[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

export function connect(
  options: ConnectionOptions = {},
  url: Supplied<string | URL> = server.url,
): Connection {
  const connection = createConnection(url, { clock, ...options });
  connections.push(connection);
  return connection;
}

/** Connects without chance, and keeps what is received. */
export function listen(options: ConnectionOptions = {}) {
  const connection = connect({ jitter: 'none', ...options });
  const received: Message[] = [];
  connection.on('*', (message) => received.push(message));
  return { connection, received };
}

export function reached(connection: Connection, wanted: Connection['state']['status']): Promise<void> {
  return until(() => connection.state.status === wanted, `the status ${wanted}`);
}

export function dataOf(messages: readonly Message[]): unknown[] {
  return messages.map(({ data }) => data);
}

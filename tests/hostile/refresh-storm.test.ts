import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Connection, createConnection } from '../../index.ts';
import { type SseServer, stall, startSseServer, stream } from '../support/sse-server.ts';
import { TestClock } from '../support/test-clock.ts';
import { quiet, until } from '../support/until.ts';

let server: SseServer;
let clock: TestClock;
let connection: Connection;
let refreshes: number;

beforeEach(async () => {
  server = await startSseServer();
  clock = new TestClock();
  refreshes = 0;
});

afterEach(async () => {
  await connection[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** Connects, and lets the server say in a hundred chunks that the credentials are about to expire. */
async function storm(refresh: () => unknown) {
  connection = createConnection(server.url, { clock, refreshOn: 'expiring', refresh, reportError: () => {} });
  let received = 0;
  connection.on('*', () => {
    received += 1;
  });
  await until(() => connection.state.status === 'open');
  clock.advance(5_000);
  for (let count = 1; count <= 100; count += 1) {
    server.publish('', 'expiring');
    await until(() => received === count);
    await quiet(2);
  }
}

test('a storm of `refreshOn` while the next stream is on its way sends no further request', async () => {
  server.answer(stream, stall);
  await storm(() => ++refreshes);
  expect([server.requests.length, refreshes]).toEqual([2, 1]);
});

test('a storm of `refreshOn` while `refresh` fails calls it no more often than once in `stableAfter`', async () => {
  await storm(() => {
    refreshes += 1;
    throw new Error('no credentials to be had');
  });
  expect([server.requests.length, refreshes]).toEqual([1, 1]);
});

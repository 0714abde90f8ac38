import { beforeEach, expect, test } from 'vitest';
import { stall, stream } from '../support/sse-server.ts';
import { clock, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

let refreshes: number;

beforeEach(() => {
  refreshes = 0;
});

/** Connects, and lets the server say in a hundred chunks that the credentials are about to expire. */
async function storm(refresh: () => unknown) {
  const { connection, received } = listen({ refreshOn: 'expiring', refresh, reportError: () => {} });
  await reached(connection, 'open');
  clock.advance(5_000);
  for (let count = 1; count <= 100; count += 1) {
    server.publish('', 'expiring');
    await until(() => received.length === count);
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

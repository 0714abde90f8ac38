import { createConnection } from 'sse-machine';
import { createScriptedTransport, createTestClock, createTestPage } from 'sse-machine/testing';
import { expect, test } from 'vitest';

test('waits for the network, and comes back with it', async () => {
  using page = createTestPage();
  const server = createScriptedTransport();
  const clock = createTestClock();
  await using connection = createConnection('/api/events', { clock, transport: server.transport });
  await server.accept();

  page.goOffline();
  await server.drop();
  expect(connection.state).toMatchObject({ status: 'backoff', retries: 0 });

  page.goOnline();
  await server.accept();
  expect(connection.state.status).toBe('open');
});

import { createConnection } from 'sse-machine';
import { createScriptedTransport, createTestClock } from 'sse-machine/testing';
import { expect, test } from 'vitest';

test('comes back after a 503, and catches up', async () => {
  const server = createScriptedTransport();
  const clock = createTestClock();
  await using connection = createConnection('/api/events', { clock, transport: server.transport });

  await server.accept();
  await server.send({ data: 'first' });
  await server.drop();
  clock.advanceToNext();
  await server.refuse(503);
  expect(connection.state).toMatchObject({ status: 'backoff', retries: 2 });

  await server.send({ data: 'second' });
  clock.advanceToNext();
  await server.accept();
  expect(connection.state).toMatchObject({ status: 'open', lastEventId: '2' });
});

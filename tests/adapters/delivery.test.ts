import { expect, test } from 'vitest';
import { createConnection } from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { playedTransport } from '../support/played-transport.ts';
import { until } from '../support/until.ts';

async function open() {
  const server = playedTransport();
  const connection = createConnection('/events', {
    clock: createTestClock(),
    parse: 'text',
    transport: () => server.transport,
  });
  await until(() => server.requests.length === 1);
  server.requests[0]?.accept();
  await until(() => connection.state.status === 'open');
  return { server, connection };
}

test('the first listener of an event that comes in the middle of a batch hears the rest of it', async () => {
  const { server, connection } = await open();
  await using _ = connection;
  const heard: unknown[] = [];
  const forget = connection.on('*', () => {
    forget();
    connection.on('message', ({ data }) => heard.push(data));
  });
  server.requests[0]?.send(1, 2, 3);
  await until(() => connection.state.lastEventId === '3');
  expect(heard).toEqual(['2', '3']);
});

test('a listener that closes and opens hears the rest of the batch from the next stream, after its own message', async () => {
  const { server, connection } = await open();
  await using _ = connection;
  const heard: unknown[] = [];
  connection.on('message', ({ data }) => {
    heard.push(data);
    if (data !== '2') return;
    connection.close();
    connection.close();
    connection.open();
  });
  server.requests[0]?.send(1, 2, 3);
  await until(() => server.requests.length === 2);
  expect([heard, server.requests[1]?.lastEventId]).toEqual([['1', '2'], '2']);
  connection.close(); // between two batches nothing is on its way
  expect(connection.state.lastEventId).toBe('2');
});

import { afterEach, expect, test } from 'vitest';
import type { Actor } from 'xstate';
import { type connectionMachine, createConnection } from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { createTestPage } from '../../testing/page.ts';
import { playedTransport } from '../support/played-transport.ts';
import { until } from '../support/until.ts';

const connections: { close(): void }[] = [];

afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

/** A connection that is open, and has a server of its own. */
async function open() {
  const server = playedTransport();
  const connection = createConnection('/events', {
    clock: createTestClock(),
    parse: 'text',
    transport: () => server.transport,
  });
  connections.push(connection);
  await until(() => server.requests.length === 1);
  server.requests[0]?.accept();
  await until(() => connection.state.status === 'open');
  return { server, connection };
}

test('connections share a statechart; each has a transport of its own, and hears the page', async () => {
  using page = createTestPage();
  const [one, other, closed] = [await open(), await open(), await open()];
  const logicOf = ({ connection }: typeof one) => (connection.actor as Actor<typeof connectionMachine>).logic;
  expect(logicOf(one)).toBe(logicOf(other));
  one.server.requests[0]?.send(1);
  await until(() => one.connection.state.lastEventId === '1');
  expect(other.connection.state.lastEventId).toBe('');
  closed.connection.close();

  page.freeze();
  const all = [one, other, closed];
  expect(all.map(({ connection }) => connection.state.closeReason)).toEqual(['paused', 'paused', 'app']);
  expect(all.flatMap(({ server }) => server.alive)).toEqual([]);
  page.resume();
  await until(() => one.server.requests.length === 2 && other.server.requests.length === 2);
  expect(all.map(({ server }) => server.requests.at(1)?.lastEventId)).toEqual(['1', '', undefined]);
});

import { createConnection } from 'sse-machine';
import { createScriptedTransport, createTestClock } from 'sse-machine/testing';
import { afterEach, expect, test } from 'vitest';
import * as netInfo from '../../tests/support/react-native/netinfo.ts';
import * as reactNative from '../../tests/support/react-native/react-native.ts';
import { watchApp } from './watch-app.ts';

let stop: () => void;

afterEach(() => stop());

async function openConnection() {
  const server = createScriptedTransport();
  const clock = createTestClock();
  const connection = createConnection('/events', { transport: server.transport, clock });
  stop = watchApp(connection);
  await server.accept();
  await server.send({ data: 'first' });
  return { server, clock, connection };
}

test('in the background the stream is let go, and taken up where it stopped', async () => {
  const { server, connection } = await openConnection();
  reactNative.becomes('inactive');
  expect(connection.state.status).toBe('open');
  reactNative.becomes('background');
  expect(connection.state).toMatchObject({ status: 'closed', closeReason: 'paused' });
  expect(server.openStreams).toBe(0);
  reactNative.becomes('active');
  await server.accept();
  expect(server.requests.at(-1)?.lastEventId).toBe('1');
  connection.close();
});

test('without a network the retry waits for it', async () => {
  const { server, clock, connection } = await openConnection();
  netInfo.connects(false);
  await server.drop();
  expect(connection.state).toMatchObject({ status: 'backoff', retries: 0 });
  const { retryAt } = connection.state;
  expect(retryAt).toBeGreaterThan(clock.now() + 1_000);
  netInfo.connects(true);
  await server.accept();
  expect(connection.state.status).toBe('open');
  connection.close();
});

test('when it has stopped, nothing is watched', async () => {
  const { connection } = await openConnection();
  stop();
  expect([reactNative.watching(), netInfo.watching()]).toEqual([0, 0]);
  connection.close();
});

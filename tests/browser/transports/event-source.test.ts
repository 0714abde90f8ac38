import { afterEach, beforeEach, expect, test } from 'vitest';
import { asyncDispose } from '../../../adapters/dispose.ts';
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  eventSourceTransport,
  type Message,
} from '../../../index.ts';
import { type RemoteSseServer, startRemoteSseServer } from '../../support/remote/remote-sse-server.ts';
import { quiet, until } from '../../support/until.ts';

let server: RemoteSseServer;
let connections: Connection[];

beforeEach(async () => {
  server = await startRemoteSseServer();
  connections = [];
});

afterEach(async () => {
  for (const connection of connections) await connection[asyncDispose]();
  await server.stop();
});

function connect(options: ConnectionOptions = {}, url = server.url) {
  const connection = createConnection(url, {
    transport: eventSourceTransport,
    events: ['message', 'note', 'error', 'open'],
    retryDelay: 30,
    maxRetryDelay: 60,
    stableAfter: 200,
    ...options,
  });
  connections.push(connection);
  const received: Message[] = [];
  connection.on('*', (message) => received.push(message));
  return { connection, received };
}

const reached = (connection: Connection, status: string) =>
  until(() => connection.state.status === status, `the status ${status}`);

const noSockets = () =>
  expect.poll(async () => (await server.look()).sockets, { message: 'sockets at the server' }).toBe(0);

test('a restart of the server is survived: the ID travels as a query parameter, beside those of the URL', async () => {
  const { connection, received } = connect({}, `${server.url}?room=a%20b&empty#part`);
  await reached(connection, 'open');
  await server.publish('one');
  await server.publish('{"two":2}', 'note');
  await until(() => received.length === 2);
  const failing = { kind: 'status', code: 503 } as const;
  await server.answer(failing, { kind: 'cut' }, { kind: 'stream' });
  await server.drop();
  await server.publish('three');
  await until(() => received.length === 3);
  await until(() => connection.state.retries === 0);
  expect(received).toEqual([
    { event: 'message', data: 'one', id: '1' },
    { event: 'note', data: { two: 2 }, id: '2' },
    { event: 'message', data: 'three', id: '3' },
  ]);
  const { requests } = await server.look();
  expect(requests.map(({ url }) => url)).toEqual([
    '/events?room=a%20b&empty',
    ...Array(3).fill('/events?room=a%20b&empty&lastEventId=2'),
  ]);
  expect(requests.every(({ headers }) => headers['last-event-id'] === undefined)).toBe(true);
});

test('the native retry never races ours: a drop is followed by exactly one request', async () => {
  const { connection } = connect({ retryDelay: 60_000, maxRetryDelay: 60_000, jitter: 'none' });
  await reached(connection, 'open');
  await server.write('retry: 1\n\n');
  await server.drop();
  await reached(connection, 'backoff');
  await quiet(100);
  expect((await server.look()).requests).toHaveLength(1);
  connection.reconnect();
  await reached(connection, 'open');
  expect((await server.look()).requests).toHaveLength(2);
});

test('an ID stays in force when the stream that follows gives none', async () => {
  const { connection, received } = connect();
  await reached(connection, 'open');
  await server.publish('one');
  await until(() => received.length === 1);
  await server.drop();
  await expect.poll(async () => (await server.look()).requests.length).toBe(2);
  await reached(connection, 'open');
  await server.write('data: without an ID\n\n');
  await until(() => received.length === 2);
  expect(received[1]).toEqual({ event: 'message', data: 'without an ID', id: '1' });
  expect(connection.state.lastEventId).toBe('1');
});

test('events named error and open are messages, and touch nothing', async () => {
  const { connection, received } = connect();
  await reached(connection, 'open');
  await server.publish('a message', 'error');
  await server.publish('another', 'open');
  await until(() => received.length === 2);
  expect(received.map(({ event }) => event)).toEqual(['error', 'open']);
  expect(connection.state).toMatchObject({ status: 'open', retries: 0 });
});

test('a refusal cannot be told from a break: it is retried up to the ceiling, or as the policy says', async () => {
  await server.answer({ kind: 'status', code: 401 });
  const { connection } = connect({ maxRetries: 2 });
  await reached(connection, 'failed');
  expect(connection.state.error).toMatchObject({ kind: 'exhausted' });
  expect((await server.look()).requests).toHaveLength(3);

  const strict = connect({ policy: { network: 'fail' } });
  await reached(strict.connection, 'failed');
  expect(strict.connection.state.error).toMatchObject({ kind: 'network' });
  expect((await server.look()).requests).toHaveLength(4);
});

test('close() while connecting and while open leaves no socket', async () => {
  await server.answer({ kind: 'stall' }, { kind: 'stream' });
  const stalled = connect();
  await expect.poll(async () => (await server.look()).requests.length).toBe(1);
  stalled.connection.close();
  await noSockets();
  const open = connect();
  await reached(open.connection, 'open');
  open.connection.close();
  await noSockets();
  await quiet(100);
  expect((await server.look()).requests).toHaveLength(2);
});

test('a stream that does not answer is a timeout, and a silent one is idle', async () => {
  await server.answer({ kind: 'stall' }, { kind: 'stream' });
  const { connection } = connect({ connectTimeout: 4_000, idleTimeout: 100, maxRetries: 1 });
  const kinds: unknown[] = [];
  connection.actor.on('failure', ({ error }) => kinds.push(error.kind));
  await reached(connection, 'failed');
  expect(kinds).toEqual(['timeout']);
  expect(connection.state.error).toMatchObject({
    kind: 'exhausted',
    message: 'Gave up after 1 retries. The limit `idleTimeout` of 100 was exceeded.',
  });
  await noSockets();
});

test('reconnect() overlaps two streams, and every event arrives once and in order', async () => {
  const { connection, received } = connect();
  await reached(connection, 'open');
  const data: string[] = [];
  for (let id = 1; id <= 20; id += 1) {
    data.push(`event ${id}`);
    await server.publish(`event ${id}`);
    if (id % 5 === 0) {
      await until(() => received.length >= id - 1);
      connection.reconnect();
    }
  }
  await until(() => received.length >= 20);
  await expect.poll(async () => (await server.look()).streams).toBe(1);
  expect(received.map((message) => message.data)).toEqual(data);
  expect(connection.state).toMatchObject({ status: 'open', retries: 0, lastEventId: '20' });
});

test('the events of closeOn and refreshOn are listened for without being asked', async () => {
  const { connection, received } = connect({
    events: undefined,
    closeOn: 'force_logout',
    refreshOn: ['expiring'],
  });
  await reached(connection, 'open');
  await server.publish('soon', 'expiring');
  await server.publish('bye', 'force_logout');
  await reached(connection, 'closed');
  expect(received.map(({ event }) => event)).toEqual(['expiring', 'force_logout']);
  await noSockets();
});

test('an event or an ID above the limit is refused by its name', async () => {
  const large = connect({ maxEventSize: 10 });
  await reached(large.connection, 'open');
  await server.publish('12345678901');
  await reached(large.connection, 'failed');
  expect(large.connection.state.error).toMatchObject({
    kind: 'too-large',
    message: 'The limit `maxEventSize` of 10 was exceeded.',
  });
  const long = connect({ maxFieldSize: 5 });
  await reached(long.connection, 'open');
  await server.write('id: 123456\ndata: x\n\n');
  await reached(long.connection, 'failed');
  expect(long.connection.state.error?.message).toBe('The limit `maxFieldSize` of 5 was exceeded.');
  await noSockets();
});

test('a URL that is none fails as invalid', async () => {
  const { connection } = connect({}, 'http://');
  await reached(connection, 'failed');
  expect(connection.state.error).toMatchObject({ kind: 'invalid' });
});

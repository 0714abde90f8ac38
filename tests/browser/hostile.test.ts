import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asyncDispose } from '../../adapters/dispose.ts';
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  eventSourceTransport,
  type Message,
} from '../../index.ts';
import { createTestClock, type TestClock } from '../../testing/clock.ts';
import { engine } from '../support/browsers/engine.ts';
import {
  type RemoteSseServer,
  type ScriptedAnswer,
  startRemoteSseServer,
} from '../support/remote/remote-sse-server.ts';
import { until } from '../support/until.ts';

let server: RemoteSseServer;
let elsewhere: RemoteSseServer;
let clock: TestClock;
let connections: Connection[];

beforeEach(async () => {
  server = await startRemoteSseServer();
  elsewhere = await startRemoteSseServer();
  clock = createTestClock();
  connections = [];
});

afterEach(async () => {
  for (const connection of connections) await connection[asyncDispose]();
  await server.stop();
  await elsewhere.stop();
});

const stream: ScriptedAnswer = { kind: 'stream' };
const secrets = { authorization: 'Bearer canary', 'x-api-key': 'canary' };

function connect(options: ConnectionOptions = {}) {
  const connection = createConnection(server.url, { clock, jitter: 'none', maxRetries: 1, ...options });
  connections.push(connection);
  const received: Message[] = [];
  connection.on('*', (message) => received.push(message));
  return { connection, received };
}

/** Steps over the waits on the way to a status. */
const reached = (connection: Connection, status: string) =>
  until(() => {
    if (status !== 'backoff' && connection.state.status === 'backoff') clock.advance(1_000);
    return connection.state.status === status;
  }, `the status ${status}`);

const redirect = (code: number, location: string): ScriptedAnswer => ({
  kind: 'status',
  code,
  headers: { location },
});

describe.each([301, 302, 303, 307, 308])('a redirect with %i', (code) => {
  test('to another origin is followed without the headers of the app', async () => {
    await server.answer(redirect(code, elsewhere.url));
    const { connection } = connect({ headers: secrets, lastEventId: '4' });
    await reached(connection, 'open');
    const { requests } = await elsewhere.look();
    expect(requests).toMatchObject([{ method: 'GET', lastEventId: '4' }]);
    expect(JSON.stringify(requests)).not.toContain('canary');
  });

  test('to the same origin is followed with them', async () => {
    const moved = redirect(code, '/moved');
    await server.answer(moved, moved, stream);
    const { connection } = connect({ headers: secrets });
    await reached(connection, 'open');
    expect((await server.look()).requests.at(-1)).toMatchObject({ url: '/moved', headers: secrets });
  });

  test('of a POST to another origin is not followed', async () => {
    await server.answer(redirect(code, elsewhere.url));
    const { connection } = connect({ method: 'POST', body: 'canary' });
    await reached(connection, 'failed');
    expect(connection.state.error?.message).toContain('use the final URL.');
    expect(JSON.stringify((await elsewhere.look()).requests)).not.toContain('canary');
  });
});

test('a redirect is followed by the browser itself where the app has no headers of its own', async () => {
  await server.answer(redirect(307, elsewhere.url));
  const { connection } = connect();
  await reached(connection, 'open');
  expect((await server.look()).requests).toHaveLength(1);
});

test('a redirect of a POST is not followed: it may have had its effect', async () => {
  await server.answer(redirect(307, '/moved'), stream);
  const { connection } = connect({ method: 'POST', body: 'question', headers: secrets });
  await reached(connection, 'failed');
  expect(connection.state.error?.message).toMatch(/use the final URL\.$/);
  expect((await server.look()).requests).toHaveLength(1);
});

test('redirects in a circle are a fault that passes, until the budget is spent', async () => {
  await server.answer(redirect(302, '/events'));
  const { connection } = connect({ headers: secrets });
  await reached(connection, 'failed');
  expect(connection.state.error).toMatchObject({ kind: 'exhausted' });
  const { requests } = await server.look();
  expect(requests.length).toBeLessThanOrEqual(2 * 22);
  expect(requests.filter(({ headers }) => headers['x-api-key'])).toHaveLength(2);
});

describe.each([
  ['fetch', {}],
  ['EventSource', { transport: eventSourceTransport, events: ['message'] }],
])('with %s', (name, options: ConnectionOptions) => {
  test.each([
    ['data', `data: ${'x'.repeat(200_000)}\n\n`, 'maxEventSize', 100_000],
    ['an ID', `id: ${'1'.repeat(5_000)}\ndata: x\n\n`, 'maxFieldSize', 4_096],
  ])('%s beyond the bound is refused, with the name of the bound', async (_, text, option, limit) => {
    await server.answer({ kind: 'body', parts: ['id: 1\ndata: before\n\n', text] });
    const { connection, received } = connect({ maxEventSize: 100_000, ...options });
    await reached(connection, 'failed');
    expect(connection.state).toMatchObject({
      error: { kind: 'too-large', message: `The limit \`${option}\` of ${limit} was exceeded.` },
      lastEventId: '1',
    });
    expect(received).toHaveLength(1);
  });

  // Beyond ASCII, WebKit encodes the header twice: `engines.test.ts`.
  const rest = engine === 'webkit' && name === 'fetch' ? '' : ' č漢';

  test('an ID that would be a header, or a parameter, is none', async () => {
    await server.answer({ kind: 'body', parts: [`id: 1&x=2#\\r\\nX-Evil:${rest}\ndata: x\n\n`] }, stream);
    const { connection } = connect(options);
    await reached(connection, 'backoff');
    await reached(connection, 'open');
    const request = (await server.look()).requests[1];
    expect(request?.lastEventId).toBe(`1&x=2#\\r\\nX-Evil:${rest}`);
    expect(request?.headers['x-evil']).toBeUndefined();
    if (name === 'fetch') expect(request?.url).toBe('/events');
  });
});

test.each([false, true])('an endless line is refused at its bound, compressed: %s', async (gzip) => {
  const source = { start: 'id: 7\ndata: before\n\ndata: ', piece: 'x', bytes: 104 * 2 ** 20 };
  await server.answer({ kind: 'flood', source, gzip });
  const { connection, received } = connect();
  await reached(connection, 'failed');
  expect(connection.state).toMatchObject({
    error: { kind: 'too-large', message: 'The limit `maxEventSize` of 16777216 was exceeded.' },
    lastEventId: '7',
  });
  expect(received).toHaveLength(1);
  await expect.poll(async () => (await server.look()).sockets).toBe(0);
});

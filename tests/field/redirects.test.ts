import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SseServer, startSseServer, status, stream } from '../support/sse-server.ts';
import { clock, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

let elsewhere: SseServer;

beforeEach(async () => {
  elsewhere = await startSseServer();
});

afterEach(() => elsewhere[Symbol.asyncDispose]());

const headers = { authorization: 'Bearer token' };
const post = { method: 'POST', body: 'question', headers };

test('a gateway that wants the token which a redirect has cost is not answered with a new one', async () => {
  server.answer(status(307, { location: elsewhere.url }));
  elsewhere.answer(status(401));
  let refreshes = 0;
  const { connection } = listen({
    headers,
    refresh: () => {
      refreshes += 1;
    },
  });
  await reached(connection, 'failed');
  expect(connection.state.error).toMatchObject({
    kind: 'http',
    status: 401,
    message: expect.stringContaining('redirects to another origin') as unknown,
  });
  expect([refreshes, server.requests.length, elsewhere.requests.length]).toEqual([0, 1, 1]);
});

test('a POST to a path without its slash is sent on, and its stream is read', async () => {
  server.answer(status(308, { location: '/events/' }), stream);
  const { connection, received } = listen(post);
  await reached(connection, 'open');
  server.publish('answer');
  await until(() => received.length === 1);
  expect(server.requests.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['POST', '/events', 'question'],
    ['POST', '/events/', 'question'],
  ]);
});

test.each([401, 429, 503])(
  'a POST that the server has taken is sent once, also when its result answers %i',
  async (code) => {
    server.answer(status(303, { location: '/result' }), status(code));
    const { connection } = listen({ ...post, refresh: () => {} });
    await reached(connection, 'failed');
    clock.advance(300_000);
    await quiet();
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(connection.state.status).toBe('failed');
  },
);

test('a POST that was sent on is repeated where the server says that it did nothing', async () => {
  server.answer(status(307, { location: '/moved' }), status(503), stream);
  const { connection } = listen(post);
  await reached(connection, 'backoff');
  clock.advanceToNext();
  await reached(connection, 'open');
  expect(server.requests.map(({ method, url }) => [method, url])).toEqual([
    ['POST', '/events'],
    ['POST', '/moved'],
    ['POST', '/events'],
  ]);
});

import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ConnectionOptions, createConnection } from '../../index.ts';
import {
  createScriptedResolver,
  createTestClock,
  type ScriptedResolver,
  type TestClock,
} from '../../testing/index.ts';
import { until } from '../support/until.ts';

const url = 'http://localhost/api/events';
const mocked = setupServer();

let scripted: ScriptedResolver;
let clock: TestClock;

beforeAll(() => mocked.listen({ onUnhandledFrame: 'error' }));
beforeEach(() => {
  clock = createTestClock();
  scripted = createScriptedResolver({ clock });
  mocked.use(http.all(url, scripted.resolver));
});
afterEach(() => mocked.resetHandlers());
afterAll(() => mocked.close());

function connect(options: ConnectionOptions = {}, to = url) {
  const connection = createConnection(to, { clock, jitter: 'none', ...options });
  const received: unknown[] = [];
  connection.on('*', ({ data }) => received.push(data));
  return Object.assign(connection, { received });
}

test('a test sees the method, the headers, the body and the last event ID of every request', async () => {
  await using _ = connect({
    method: 'POST',
    headers: { authorization: 'Bearer 1' },
    body: 'größer',
    lastEventId: 'ä',
  });
  await scripted.accept();
  expect(scripted.requests).toMatchObject([
    {
      at: clock.now(),
      method: 'POST',
      url,
      headers: { authorization: 'Bearer 1', accept: 'text/event-stream' },
      body: 'größer',
      lastEventId: 'ä',
    },
  ]);
});

test('the last event ID may come as a query parameter', async () => {
  await using _ = connect({ lastEventId: '1 2', lastEventIdHeader: false, lastEventIdParam: 'lastEventId' });
  await scripted.accept();
  expect(scripted.requests[0]?.lastEventId).toBe('1 2');
});

test('an answer that a POST began is carried on by a GET of another URL', async () => {
  mocked.use(http.get('http://localhost/api/answers/:id', scripted.resolver));
  await using connection = connect({
    method: 'POST',
    resume: { url: 'http://localhost/api/answers/7' },
  });
  await scripted.accept();
  await scripted.send('Once upon');
  await until(() => connection.received.length === 1);
  await scripted.drop();
  await until(() => connection.state.status === 'backoff');
  await scripted.send(' a time');
  clock.advanceToNext();
  await scripted.accept();
  await until(() => connection.received.length === 2);
  expect(connection.received).toEqual(['Once upon', ' a time']);
  expect(scripted.requests.map(({ method, lastEventId }) => [method, lastEventId])).toEqual([
    ['POST', ''],
    ['GET', '1'],
  ]);
});

test('a redirect of another handler is followed to the stream, with the headers', async () => {
  mocked.use(http.get('http://localhost/api/old', () => HttpResponse.redirect(url, 307)));
  await using connection = connect({ headers: { 'x-tab': '1' } }, 'http://localhost/api/old');
  await scripted.accept();
  await scripted.send('here');
  await until(() => connection.received.length === 1);
  expect(scripted.requests[0]).toMatchObject({ url, headers: { 'x-tab': '1' } });
});

test('a resolver of the app may look at the request before it is answered', async () => {
  mocked.use(
    http.post(url, async (info) => {
      if ((await info.request.text()) === '') return new HttpResponse(null, { status: 400 });
      return scripted.resolver(info);
    }),
  );
  await using connection = connect({ method: 'POST', body: 'question' });
  await scripted.accept();
  await until(() => connection.state.status === 'open');
  expect(scripted.requests[0]?.body).toBe('');
});

test('a client that goes away is noticed also while an app listens to all answers', async () => {
  const statuses: number[] = [];
  mocked.events.on('response:mocked', ({ response }) => void statuses.push(response.status));
  await using connection = connect();
  await scripted.accept();
  await until(() => connection.state.status === 'open');
  connection.close();
  await until(() => scripted.openStreams === 0);
  expect(statuses).toEqual([200]);
  mocked.events.removeAllListeners();
});

test('what is sent to a client that has gone keeps no verb waiting', async () => {
  await using connection = connect();
  await scripted.accept();
  connection.close();
  await scripted.send('a');
  await until(() => scripted.openStreams === 0);
  connection.open();
  await until(() => scripted.waiting === 1);
  connection.close();
  await until(() => scripted.waiting === 0);
  await scripted.send('b');
});

test('a resolver that is closed cuts its streams, its requests, and what comes later', async () => {
  const connections = [connect(), connect(), connect()];
  await scripted.accept();
  await until(() => connections.some(({ state }) => state.status === 'open'));
  await scripted.stall();
  await until(() => scripted.waiting === 2);
  {
    using _ = scripted;
  }
  await until(() => connections.every(({ state }) => state.status === 'backoff'));
  expect([scripted.openStreams, scripted.waiting]).toEqual([0, 0]);
  await expect(scripted.accept()).rejects.toThrow('closed before a request came for `accept()`');
  clock.advanceToNext();
  await until(() => connections.every(({ state }) => state.retries === 2));
  expect(scripted.requests).toHaveLength(3);
  for (const connection of connections) connection.close();
});

describe('a handler of MSW that is written by hand', () => {
  const type = { 'content-type': 'text/event-stream' };
  const encode = (text: string) => new TextEncoder().encode(text);

  test('streams to a connection, hears that it has gone, and is asked to resume', async () => {
    const asked: (string | null)[] = [];
    const gone: string[] = [];
    mocked.use(
      http.get(url, ({ request, finalize }) => {
        asked.push(request.headers.get('last-event-id'));
        finalize(() => void gone.push('finalize'));
        const body = new ReadableStream({
          start: (controller) => controller.enqueue(encode(`id: ${asked.length}\ndata: a\n\n`)),
          cancel: () => void gone.push('cancel'),
        });
        return new HttpResponse(body, { headers: type });
      }),
    );
    await using connection = connect();
    await until(() => connection.received.length === 1);
    connection.close();
    await until(() => gone.length === 2);
    connection.open();
    await until(() => connection.received.length === 2);
    expect(asked).toEqual([null, '1']);
  });

  test('asks for new credentials, which the next request brings', async () => {
    let token = 'old';
    mocked.use(
      http.get(url, ({ request }) => {
        if (request.headers.get('authorization') !== 'new') return new HttpResponse(null, { status: 401 });
        return new HttpResponse('data: a\n\n', { headers: type });
      }),
    );
    await using connection = connect({
      headers: () => ({ authorization: token }),
      refresh: () => {
        token = 'new';
      },
    });
    await until(() => connection.received.length === 1);
    await until(() => connection.state.status === 'backoff');
  });

  test.each([
    ['the end of the stream', 'ended', {}],
    ['a fault of the network where it is chunked', 'network', { 'transfer-encoding': 'chunked' }],
  ])('breaks in its body, which is %s', async (_, kind, chunked) => {
    let fail = () => {};
    mocked.use(
      http.get(url, () => {
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(encode('data: a\n\n'));
            fail = () => controller.error(new Error('It breaks.'));
          },
        });
        return new HttpResponse(body, { headers: { ...type, ...chunked } });
      }),
    );
    await using connection = connect();
    await until(() => connection.received.length === 1);
    fail();
    await until(() => connection.state.status === 'backoff');
    expect(connection.state.error?.kind).toBe(kind);
  });

  test('is a network error where it says so', async () => {
    mocked.use(http.get(url, () => HttpResponse.error()));
    await using connection = connect();
    await until(() => connection.state.status === 'backoff');
    expect(connection.state.error).toMatchObject({ kind: 'network' });
  });
});

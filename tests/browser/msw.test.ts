import { HttpResponse, http, sse } from 'msw';
import { setupWorker } from 'msw/browser';
import { type ConnectionOptions, createConnection, eventSourceTransport } from 'sse-machine';
import {
  createScriptedResolver,
  createTestClock,
  type ScriptedResolver,
  type TestClock,
} from 'sse-machine/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { engine } from '../support/browsers/engine.ts';
import { until } from '../support/until.ts';

const url = '/mocked/events';
const worker = setupWorker();

let scripted: ScriptedResolver;
let clock: TestClock;

// Not `quiet`: the log of MSW reads a copy of every answer.
beforeAll(async () => {
  for (const say of ['log', 'groupCollapsed', 'groupEnd'] as const) {
    vi.spyOn(console, say).mockImplementation(() => {});
  }
  await worker.start({ onUnhandledFrame: 'bypass' });
});
beforeEach(() => {
  clock = createTestClock();
  scripted = createScriptedResolver({ clock });
  worker.use(http.all(url, scripted.resolver));
});
afterEach(() => {
  scripted.close();
  worker.resetHandlers();
});
afterAll(() => worker.stop());

function connect(options: ConnectionOptions = {}, to = url) {
  const connection = createConnection(to, { clock, jitter: 'none', ...options });
  const received: unknown[] = [];
  connection.on('*', ({ data }) => received.push(data));
  return Object.assign(connection, { received });
}

test('in a service worker a stream flows, is cut, and is resumed where it stopped', async () => {
  const connection = connect();
  await scripted.accept();
  await until(() => connection.state.status === 'open');
  await scripted.send('a');
  await until(() => connection.received.length === 1);
  await scripted.send('b');
  await until(() => connection.received.length === 2);

  await scripted.drop();
  await until(() => connection.state.status === 'backoff');
  expect(connection.state.error).toMatchObject({ kind: 'network', message: 'The stream broke.' });
  await scripted.send('ż');
  clock.advanceToNext();
  await scripted.accept();
  await until(() => connection.received.length === 3);

  await scripted.end();
  await until(() => connection.state.error?.kind === 'ended');
  clock.advanceToNext();
  await scripted.refuse(503, { retryAfter: 4_000 });
  await until(() => connection.state.error?.status === 503);
  expect(connection.state.error).toMatchObject({ retryAfter: 4_000 });
  clock.advanceToNext();
  await scripted.drop();
  await until(() => connection.state.error?.message === 'The server could not be reached.');

  expect(connection.received).toEqual(['a', 'b', 'ż']);
  expect(scripted.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '2', '3', '3']);
  connection.close();
});

test('a stream that is cut is a network error in the middle of the body, as of a real network', async () => {
  const response = fetch(url);
  await scripted.accept();
  const reader = (await response).body?.getReader();
  await scripted.send('a');
  let text = '';
  while (!text.includes('data: a')) text += new TextDecoder().decode((await reader?.read())?.value);
  await scripted.drop();
  await expect(reader?.read()).rejects.toThrow(TypeError);
  expect(scripted.openStreams).toBe(0);
});

test('a client that lets go of its stream is noticed', async () => {
  const connection = connect();
  await scripted.accept();
  await until(() => connection.state.status === 'open');
  expect(scripted.openStreams).toBe(1);
  connection.close();
  await until(() => scripted.openStreams === 0);
});

test('`accept` passes over a client that went away before it was answered', async () => {
  const connection = connect();
  await until(() => scripted.waiting === 1);
  connection.close();
  connection.open();
  await until(() => scripted.waiting === 2);
  await scripted.accept();
  // Firefox often tells a service worker nothing of a client that has gone: then the answer was for that one.
  if (engine === 'firefox' && scripted.waiting === 1) await scripted.accept();
  await until(() => connection.state.status === 'open');
  await until(() => scripted.openStreams === 1);
  expect(scripted.waiting).toBe(0);
  connection.close();
});

test('an answer to nobody keeps no verb waiting', async () => {
  const connection = connect();
  await until(() => scripted.waiting === 1);
  connection.close();
  await scripted.accept();
  await until(() => scripted.openStreams === 0);
  await scripted.send('a');
});

test('a test sees the method, the headers, the body and the last event ID of every request', async () => {
  const connection = connect({ method: 'POST', headers: { 'x-tab': '1' }, body: 'größer', lastEventId: 'ä' });
  await scripted.accept({ lastEventId: 'ä' });
  await until(() => connection.state.status === 'open');
  const headers = { accept: 'text/event-stream', 'x-tab': '1' };
  const seen = { method: 'POST', url: `${location.origin}${url}`, headers, body: 'größer', lastEventId: 'ä' };
  expect(scripted.requests).toMatchObject([seen]);
  connection.close();
});

test('a 401 asks for new credentials, which the next request brings', async () => {
  let token = 'old';
  const renew = () => {
    token = 'new';
  };
  const connection = connect({ headers: () => ({ authorization: token }), refresh: renew });
  await scripted.refuse(401);
  await scripted.accept();
  await until(() => connection.state.status === 'open');
  expect(scripted.requests.map(({ headers }) => headers['authorization'])).toEqual(['old', 'new']);
  connection.close();
});

test('another origin needs to allow nothing', async () => {
  const elsewhere = 'https://api.example/events';
  worker.use(http.get(elsewhere, scripted.resolver));
  const connection = connect({ headers: { 'x-tab': '1' }, credentials: 'include' }, elsewhere);
  await scripted.refuse(429, { retryAfter: 7_000 });
  await until(() => connection.state.status === 'backoff');
  expect(connection.state.error).toMatchObject({ status: 429, retryAfter: 7_000 });
  clock.advanceToNext();
  await scripted.accept();
  await until(() => connection.state.status === 'open');
  connection.close();
});

test('a redirect is followed to the stream, with the headers', async () => {
  worker.use(http.get('/mocked/old', () => HttpResponse.redirect(url, 307)));
  const plain = connect({}, '/mocked/old');
  await scripted.accept();
  await until(() => plain.state.status === 'open');
  plain.close();

  const connection = connect({ headers: { 'x-tab': '1' } }, '/mocked/old');
  await scripted.accept(); // a browser does not tell where to, which a request without the headers finds out
  // That one leaves as soon as it knows. Where it had left before its answer, the other is accepted already.
  await scripted.accept().catch(() => {});
  await until(() => connection.state.status === 'open');
  expect(scripted.requests.map(({ headers }) => headers['x-tab'])).toEqual([undefined, undefined, '1']);
  connection.close();
});

test("the browser's own EventSource is answered as well", async () => {
  const connection = connect({ transport: eventSourceTransport });
  await scripted.accept();
  await scripted.send('a');
  await until(() => connection.received.length === 1);
  await scripted.drop();
  await until(() => connection.state.status === 'backoff');
  connection.close();
  await until(() => scripted.openStreams === 0);
});

describe('a handler of MSW that is written by hand', () => {
  test('streams to a connection, and is asked to resume', async () => {
    const asked: (string | null)[] = [];
    worker.use(
      http.get(url, ({ request }) => {
        asked.push(request.headers.get('last-event-id'));
        return new HttpResponse(`id: ${asked.length}\ndata: a\n\n`, {
          headers: { 'content-type': 'text/event-stream' },
        });
      }),
    );
    const connection = connect();
    await until(() => connection.state.status === 'backoff');
    clock.advanceToNext();
    await until(() => connection.received.length === 2);
    expect(asked).toEqual([null, '1']);
    connection.close();
  });

  test('and one of `sse()`', async () => {
    worker.use(sse(url, ({ client }) => client.send({ id: '1', data: 'a' })));
    const connection = connect();
    await until(() => connection.received.length === 1);
    expect(connection.state).toMatchObject({ status: 'open', lastEventId: '1' });
    connection.close();
  });
});

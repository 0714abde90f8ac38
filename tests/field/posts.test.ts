import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionOptions } from '../../index.ts';
import { createTestPage, type TestPage } from '../../testing/page.ts';
import { type Answer, body, cut, stall, status, stream } from '../support/sse-server.ts';
import { clock, connect, dataOf, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

let page: TestPage;

beforeEach(() => {
  page = createTestPage();
});

afterEach(() => page.restore());

const question = { method: 'POST', body: 'What is new?' } as const;

const events = (...ids: number[]) => ids.map((id) => `id: ${id}\ndata: ${id}\n\n`).join('');

/** Accepts the stream, sends the events, and cuts the socket once they have left. */
function cutAfter(...ids: number[]): Answer {
  return (response, request) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(events(...ids), () => request.socket.destroySoon());
  };
}

const methodsAsked = () =>
  server.requests.map(({ method, lastEventId }) => `${method} ${lastEventId}`.trim());

/** Plays everything that happens to a page in a day. */
async function live(): Promise<void> {
  for (const happen of [page.goOffline, page.goOnline, page.hide, page.freeze, page.resume, page.show]) {
    happen();
    clock.advance(600_000);
    await quiet(5);
  }
}

describe('a POST is sent once, and the connection has failed, when', () => {
  test.each([
    ['the server cuts the socket before it answers', cut, 'network'],
    ['two events have come and the socket is cut', cutAfter(1, 2), 'network'],
    ['a proxy answers 502', status(502), 'http'],
    ['a proxy answers 504', status(504), 'http'],
    ['the server answers 500', status(500), 'http'],
    ['the server answers 408', status(408), 'http'],
    ['the server answers 409', status(409), 'http'],
    ['the server answers 410', status(410), 'http'],
    [
      'the server answers with something other than HTTP',
      (_, request) => request.socket.end('SSH-2.0\r\n'),
      'network',
    ],
    ['the server redirects to another origin', status(307, { location: 'http://127.0.0.1:1/' }), 'http'],
  ] as [string, Answer, string][])('%s', async (_, answer, kind) => {
    server.answer(answer);
    const { connection } = listen(question);
    await reached(connection, 'failed');
    expect(connection.state.error?.kind).toBe(kind);
    await live();
    expect(methodsAsked()).toEqual(['POST']);
    expect(connection.state.status).toBe('failed');
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'post'])('it is a %s, and is cut', async (method) => {
    server.answer(cut);
    const { connection } = listen({ method });
    await reached(connection, 'failed');
    await live();
    expect(server.requests).toHaveLength(1);
  });

  test('it is slower than `connectTimeout`', async () => {
    server.answer(stall);
    const { connection } = listen(question);
    await until(() => server.requests.length === 1);
    clock.advance(59_999);
    expect(connection.state.status).toBe('connecting');
    clock.advance(1);
    expect(connection.state).toMatchObject({ status: 'failed', error: { kind: 'timeout' } });
    await live();
    expect(methodsAsked()).toEqual(['POST']);
  });

  test('its stream is silent for `idleTimeout`', async () => {
    const { connection } = listen({ ...question, idleTimeout: 10_000 });
    await reached(connection, 'open');
    clock.advance(10_000);
    expect(connection.state).toMatchObject({ status: 'failed', error: { kind: 'idle' } });
    await live();
    expect(methodsAsked()).toEqual(['POST']);
  });
});

describe('a POST whose stream is open is left alone when', () => {
  test.each([
    ['the page is frozen and goes on', () => [page.freeze(), page.resume()]],
    ['the page is hidden, and it is to pause then', () => [page.hide(), page.show()]],
    ['the network has changed, and the stream is quiet', () => [page.goOnline(), clock.advance(600_000)]],
    ['the machine has slept', () => [clock.passUnnoticed(8 * 3_600_000), clock.advance(60_000)]],
    ['its credentials expire', () => [server.publish('soon', 'expiring'), clock.advance(60_000)]],
  ])('%s', async (_, happen) => {
    const { connection, received } = listen({
      ...question,
      pauseWhenHidden: true,
      refreshOn: 'expiring',
      refresh: () => {},
    });
    await reached(connection, 'open');
    happen();
    await quiet();
    const before = received.length;
    server.publish('still here');
    await until(() => received.length === before + 1);
    await live();
    expect(methodsAsked()).toEqual(['POST']);
    expect(connection.state.status).toBe('open');
  });
});

describe('a POST is sent again', () => {
  test.each([
    ['425', status(425)],
    ['429', status(429)],
    ['503', status(503)],
  ])('after %s, by which the server says that it did nothing', async (_, refusal) => {
    server.answer(refusal, refusal, stream);
    const { connection } = listen(question);
    for (const wait of [1_000, 2_000]) {
      await reached(connection, 'backoff');
      clock.advance(wait);
    }
    await reached(connection, 'open');
    expect(methodsAsked()).toEqual(['POST', 'POST', 'POST']);
    expect(server.requests.map(({ body }) => body)).toEqual(Array(3).fill(question.body));
  });

  test('after 401, with new credentials, and once', async () => {
    let token = 'old';
    server.answer(status(401));
    const { connection } = listen({
      ...question,
      headers: () => ({ authorization: token }),
      refresh: () => {
        token = 'new';
      },
    });
    await reached(connection, 'failed');
    await live();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['old', 'new']);
  });

  test('on the app’s own open() and reconnect(), with `retryUnsafe`, and after a failure before it was sent', async () => {
    server.answer(cut);
    const { connection } = listen(question);
    await reached(connection, 'failed');
    connection.open();
    await until(() => server.requests.length === 2 && connection.state.status === 'failed');
    connection.reconnect();
    await until(() => server.requests.length === 3 && connection.state.status === 'failed');

    let tries = 0;
    const careless = connect({ ...question, retryUnsafe: true, jitter: 'none' });
    await reached(careless, 'backoff');
    clock.advance(1_000);
    await until(() => server.requests.length === 5);
    careless.close();

    const unsent = connect({
      ...question,
      jitter: 'none',
      headers() {
        tries += 1;
        if (tries < 3) throw new Error('no token yet');
        return {};
      },
      reportError: () => {},
    });
    for (const wait of [1_000, 2_000]) {
      await reached(unsent, 'backoff');
      clock.advance(wait);
    }
    await reached(unsent, 'failed'); // it was sent then, and cut
    expect(tries).toBe(3);
    expect(methodsAsked()).toEqual(Array(6).fill('POST'));
  });
});

describe('with `resume`, a POST begins and GETs carry on', () => {
  const resumed: ConnectionOptions = {
    ...question,
    resume: { url: () => new URL('/answers/7', server.url) },
  };

  test('through one cut after another, each event once', async () => {
    server.answer(cutAfter(1, 2), cutAfter(3), cut, status(502), cutAfter(4, 5), stream);
    const { connection, received } = listen(resumed);
    await until(() => {
      if (connection.state.status === 'backoff') clock.advance(30_000);
      return connection.state.status === 'open' && server.streams.size === 1;
    });
    expect(dataOf(received)).toEqual([1, 2, 3, 4, 5]);
    expect(methodsAsked()).toEqual(['POST', 'GET 2', 'GET 3', 'GET 3', 'GET 3', 'GET 5']);
    expect(server.requests.map(({ url, body }) => [url, body])).toEqual([
      ['/events', question.body],
      ...Array(5).fill(['/answers/7', '']),
    ]);
  });

  test('but not before there is an ID', async () => {
    server.answer((response, request) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: no ID\n\n', () => request.socket.destroySoon());
    });
    const { connection, received } = listen(resumed);
    await reached(connection, 'failed');
    await live();
    expect(methodsAsked()).toEqual(['POST']);
    expect(dataOf(received)).toEqual(['no ID']);
  });

  test('after a sleep, a freeze and a reload', async () => {
    const storage = new Map<string, string>();
    const persist = {
      storage: {
        getItem: (key: string) => storage.get(key) ?? null,
        setItem: (key: string, value: string) => void storage.set(key, value),
        removeItem: (key: string) => void storage.delete(key),
      },
      key: 'answer',
    };
    const { connection, received } = listen({ ...resumed, persist });
    await reached(connection, 'open');
    server.publish('1');
    await until(() => received.length === 1);
    page.freeze();
    server.publish('2');
    page.resume();
    await until(() => received.length === 2);
    connection.close();

    server.publish('3');
    const reloaded = listen({ ...resumed, persist });
    await until(() => reloaded.received.length === 1);
    expect(dataOf([...received, ...reloaded.received])).toEqual([1, 2, 3]);
    expect(methodsAsked()).toEqual(['POST', 'GET 1', 'GET 2']);
  });

  test('and when it is over, the next one begins anew', async () => {
    server.answer(cutAfter(1), body(events(2)), body(events(1)));
    const { connection, received } = listen(resumed);
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await reached(connection, 'closed');
    expect(connection.state).toMatchObject({ closeReason: 'ended', lastEventId: '' });
    connection.open();
    await until(() => server.requests.length === 3 && connection.state.status === 'closed');
    expect(methodsAsked()).toEqual(['POST', 'GET 1', 'POST']);
    expect(dataOf(received)).toEqual([1, 2, 1]);
  });

  test('whether or not the continuation is gone: a 410 to it fails, and does not begin again', async () => {
    server.answer(cutAfter(1), status(410));
    const { connection } = listen(resumed);
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await reached(connection, 'failed');
    await live();
    expect(methodsAsked()).toEqual(['POST', 'GET 1']);
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConnectionOptions, Supplied } from '../../index.ts';
import { createTestClock, type TestClock } from '../../testing/clock.ts';
import {
  type Answer,
  body,
  cut,
  type SseServer,
  stall,
  startSseServer,
  stream,
} from '../support/sse-server.ts';
import { quiet, until } from '../support/until.ts';
import { canaries, createLeaks, type Leaks } from './canaries.ts';
import { startWatchedClient, type WatchedClient } from './watched-client.ts';

let server: SseServer;
let elsewhere: SseServer;
let clock: TestClock;
let client: WatchedClient | undefined;
let outside: Leaks;
const strays: unknown[] = [];
const stray = (error: unknown) => strays.push(error);

beforeEach(async () => {
  server = await startSseServer();
  elsewhere = await startSseServer();
  clock = createTestClock();
  outside = createLeaks();
  strays.length = 0;
  process.on('unhandledRejection', stray).on('uncaughtException', stray);
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
    vi.spyOn(console, method).mockImplementation((...said) => outside.watch(`console.${method}`, said));
  }
});

afterEach(async () => {
  await client?.[Symbol.asyncDispose]();
  client = undefined;
  await quiet();
  process.off('unhandledRejection', stray).off('uncaughtException', stray);
  vi.restoreAllMocks();
  await server[Symbol.asyncDispose]();
  await elsewhere[Symbol.asyncDispose]();
  expect(strays).toEqual([]);
  expect(outside.found()).toEqual([]);
});

const secretHeaders = {
  authorization: `Bearer ${canaries.token}`,
  [canaries.headerName]: canaries.headerValue,
  cookie: `session=${canaries.cookie}`,
};

const secretUrl = () => `${server.url}?token=${canaries.query}`;

function connect(options: ConnectionOptions = {}, url: Supplied<string | URL> = secretUrl()): WatchedClient {
  client = startWatchedClient(url, { clock, headers: secretHeaders, maxRetries: 1, ...options });
  return client;
}

/** Waits for a status, stepping over the waits on the way there. */
async function reached(watched: WatchedClient, status: string): Promise<void> {
  await until(() => {
    if (status !== 'backoff' && watched.waits()) clock.advance(1_000);
    return watched.connection.state.status === status && watched.agrees();
  }, `the status ${status}`);
}

/** Nothing but messages shows what the messages say, and nothing at all shows what is secret. */
function expectNoLeaks({ leaks }: WatchedClient): void {
  expect(leaks.found()).toEqual([]);
  const allowed =
    /^(emitted messages|inspected @xstate\.(event stream|action|microstep|snapshot stream)\b.*)$/;
  expect([...leaks.sightings].filter((where) => !allowed.test(where))).toEqual([]);
}

/** An answer with a secret in its headers and in its body. */
function secretAnswer(code: number, headers: Record<string, string> = {}): Answer {
  return (response) =>
    response
      .writeHead(code, {
        'content-type': 'application/json',
        'www-authenticate': `Bearer realm="${canaries.answerHeader}"`,
        'set-cookie': `session=${canaries.answerHeader}`,
        ...headers,
      })
      .end(JSON.stringify({ error: canaries.answer }));
}

/** Accepts the stream, sends a part of it, and cuts the socket. */
function cutAfter(text: string): Answer {
  return (response, request) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => request.socket.destroySoon());
  };
}

const secretMessage = `id: 1\ndata: {"secret":"${canaries.message}"}\n\n`;

describe('no secret gets out of a connection', () => {
  test('that opens, delivers, is dropped and is closed', async () => {
    server.answer(body(secretMessage), body(secretMessage), stream);
    const watched = connect();
    await reached(watched, 'open');
    watched.connection.close();
    expectNoLeaks(watched);
    expect([...watched.leaks.sightings]).toContain('emitted messages');
    expect(watched.statuses).toEqual(new Set(['connecting', 'open', 'backoff', 'closed']));
    expect(JSON.stringify(server.requests)).toContain(canaries.token); // they were sent
  });

  test.each([401, 403, 404, 429, 500])('that is refused with %i and a body full of secrets', async (code) => {
    server.answer(secretAnswer(code, { 'retry-after': canaries.answerHeader }));
    const watched = connect();
    await reached(watched, 'failed');
    expect(watched.connection.state.error?.status).toBe(code);
    expectNoLeaks(watched);
  });

  test('that is told by 204 that there is nothing more', async () => {
    server.answer((response) => response.writeHead(204, { 'x-secret': canaries.answerHeader }).end());
    const watched = connect();
    await reached(watched, 'closed');
    expectNoLeaks(watched);
  });

  test('whose answer is of another type', async () => {
    server.answer(secretAnswer(200, { 'content-type': `application/${canaries.answerHeader}` }));
    const watched = connect();
    await reached(watched, 'failed');
    expect(watched.connection.state.error?.kind).toBe('content-type');
    expectNoLeaks(watched);
  });

  test('that refreshes its credentials', async () => {
    let token = canaries.token;
    server.answer((response, request) => {
      const isFresh = request.headers.authorization?.includes(canaries.refreshed);
      (isFresh ? stream : secretAnswer(401))(response, request);
    });
    const watched = connect({
      headers: () => ({ authorization: token }),
      refresh: async () => {
        token = canaries.refreshed;
        return { token };
      },
    });
    await reached(watched, 'open');
    expectNoLeaks(watched);
  });

  test('that sends a body', async () => {
    server.answer(body(secretMessage));
    const watched = connect({ method: 'POST', body: JSON.stringify({ prompt: canaries.body }) });
    await reached(watched, 'closed');
    expectNoLeaks(watched);
  });

  test.each([
    ['is cut before it is answered', cut, {}],
    ['is redirected in a circle', secretRedirect(() => `${server.url}?to=${canaries.redirect}`), {}],
    ['is redirected to nowhere', secretRedirect(() => `http://127.0.0.1:1/?to=${canaries.redirect}`), {}],
    ['is redirected to what is no URL', secretRedirect(() => `http://[${canaries.redirect}`), {}],
    ['posts and is redirected', secretRedirect(() => elsewhere.url), { method: 'POST', body: canaries.body }],
    ['gets an event that is too large', body(secretMessage), { maxEventSize: 5 }],
    ['gets an ID that is too long', body(`id: ${'1'.repeat(9)}\n\n`), { maxFieldSize: 5 }],
    [
      'is answered with something other than HTTP',
      (_: unknown, { socket }: { socket: { end(_: string): void } }) => socket.end(canaries.answer),
      {},
    ],
  ] as [string, Answer, ConnectionOptions][])('that %s', async (_, answer, options) => {
    server.answer(answer);
    const watched = connect(options);
    await reached(watched, 'failed');
    expectNoLeaks(watched);
    expect(JSON.stringify(elsewhere.requests)).not.toContain('canary');
  });

  test('that is redirected to another origin', async () => {
    server.answer(secretRedirect(() => `${elsewhere.url}?to=${canaries.redirect}`));
    const watched = connect();
    await reached(watched, 'open');
    expectNoLeaks(watched);
  });

  test('that waits too long for an answer, and then for a byte', async () => {
    server.answer(stall, stall, stream);
    const watched = connect({ idleTimeout: 10_000, maxRetries: 5 });
    await until(() => server.requests.length === 2);
    clock.advance(60_000);
    await reached(watched, 'backoff');
    await reached(watched, 'open');
    clock.advance(10_000);
    expect(watched.connection.state.error?.kind).toBe('idle');
    expectNoLeaks(watched);
  });

  test('that a POST begins and a GET continues', async () => {
    const begin = cutAfter(secretMessage);
    server.answer((response, request) => (request.method === 'POST' ? begin : stream)(response, request));
    const resume = {
      url: () => `${server.url}/${canaries.redirect}?token=${canaries.query}`,
      headers: () => ({ authorization: canaries.refreshed }),
    };
    const watched = connect({ method: 'POST', body: canaries.body, resume, closeOn: 'bye' });
    await reached(watched, 'backoff');
    await reached(watched, 'open');
    expectNoLeaks(watched);
    const [begun, continued] = ['POST', 'GET'].map((verb) =>
      server.requests.filter(({ method }) => method === verb),
    );
    expect([begun?.length, continued?.length]).toEqual([2, 2]);
    expect(continued?.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill(canaries.refreshed));
    expect(JSON.stringify(continued)).not.toContain(canaries.body);
  });

  test('that is told that its last event is gone', async () => {
    const gone = secretAnswer(410);
    let begun = 0;
    server.answer((response, request) => {
      const isAsked = request.headers['last-event-id'] !== undefined;
      if (!isAsked) begun += 1;
      const answer = begun <= 2 ? body(secretMessage) : stream; // there are two clients
      (isAsked ? gone : answer)(response, request);
    });
    const watched = connect();
    await reached(watched, 'open');
    expectNoLeaks(watched);
    expect([...watched.leaks.sightings]).toContain('emitted messages');
  });

  test('that moves to another path, and then to another server', async () => {
    const urls = [secretUrl, () => `${server.url}/${canaries.redirect}`, () => elsewhere.url];
    let attempt = 0;
    const url = () => urls[Math.floor(attempt++ / 2)]?.() ?? elsewhere.url; // two of each: there are two clients
    server.answer(body(secretMessage));
    const watched = connect({ maxRetries: 5 }, url);
    await until(() => elsewhere.streams.size === 2 || (watched.waits() && void clock.advance(1_000)));
    await reached(watched, 'open');
    expectNoLeaks(watched);
    expect(elsewhere.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '']);
  });

  test('whose second stream is refused', async () => {
    server.answer(stream, stream, secretAnswer(409), secretAnswer(409), stream);
    const watched = connect();
    await reached(watched, 'open');
    server.publish(canaries.message);
    const { sightings } = watched.leaks;
    await until(
      () =>
        watched.connection.state.lastEventId === '1' &&
        [...sightings].some((where) => where.startsWith('inspected')),
    );
    watched.reconnect();
    await reached(watched, 'backoff');
    await until(() => server.requests.length === 6 || (watched.waits() && void clock.advance(1_000)));
    await reached(watched, 'open');
    expectNoLeaks(watched);
  });

  test('that finds nobody', async () => {
    await server.refuse();
    const watched = connect();
    await reached(watched, 'failed');
    expect(watched.connection.state.error?.message).toContain('(ECONNREFUSED)');
    expectNoLeaks(watched);
    await server.listen();
  });

  test('that the server closes with an event, after saying that it has lost some', async () => {
    server.answer(body('id: 1\ndata: x\n\n'), (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'last-event-id': '9' });
      response.write(`event: bye\n${secretMessage}`);
    });
    const watched = connect({ closeOn: 'bye' });
    await reached(watched, 'closed');
    expectNoLeaks(watched);
  });
});

describe('no secret gets out of a request that cannot be sent, for', () => {
  test.each([
    ['a URL with a password', () => `http://${canaries.user}:${canaries.password}@127.0.0.1/`, {}],
    ['what is no URL', () => `http://[${canaries.query}`, {}],
    ['a relative URL on a server', () => `/events?${canaries.query}`, {}],
    ['a URL of another kind', () => `gopher://${canaries.query}/`, {}],
    ['a header value with a line break', secretUrl, { headers: { authorization: `${canaries.token}\nx` } }],
    ['a header name with a space', secretUrl, { headers: { [`${canaries.headerName} x`]: 'x' } }],
    ['a header beyond Latin-1', secretUrl, { headers: { authorization: `${canaries.token} ✓` } }],
    ['headers that are none', secretUrl, { headers: [[canaries.headerValue]] as never }],
    ['a method that is none', secretUrl, { method: canaries.headerValue.replace('-', ' ') }],
  ] as [string, () => string, ConnectionOptions][])('%s', async (_, url, options) => {
    const watched = connect(options, url());
    await reached(watched, 'failed');
    expect(watched.connection.state.error?.kind).toBe('invalid');
    expectNoLeaks(watched);
  });

  test.each([
    ['a number', 1],
    ['a wrong word', `${canaries.token} and more`],
    ['an object', { token: canaries.token }],
  ])('an option that is %s instead', async (_, value) => {
    for (const name of ['retryDelay', 'credentials', 'jitter', 'refresh', 'url', 'persist', 'events']) {
      try {
        await startWatchedClient(secretUrl(), { [name]: value } as ConnectionOptions)[Symbol.asyncDispose]();
      } catch (error) {
        outside.watch(`the TypeError for ${name}`, error);
      }
    }
  });
});

describe('what a function of the app throws goes to `reportError`, to the cause of `state.error` and nowhere else, from', () => {
  const fault = new Error(canaries.thrown, { cause: { token: canaries.token } });
  const fail = () => {
    throw fault;
  };
  const storage = { getItem: fail, setItem: fail, removeItem: fail };

  test.each([
    ['headers', { headers: fail }, 'failed'],
    ['url', {}, 'failed'],
    ['body', { method: 'POST', body: fail }, 'failed'],
    ['refresh', { refresh: fail }, 'failed'],
    ['parse', { parse: fail }, 'open'],
    ['jitter', { jitter: fail, retryDelay: 1_000 }, 'open'],
    ['closeOn', { closeOn: fail }, 'open'],
    ['keepAlive', { keepAlive: fail, idleTimeout: 'auto' }, 'open'],
    ['the URL of `resume`', { method: 'POST', closeOn: 'bye', resume: { url: fail } }, 'failed'],
    ['the headers of `resume`', { method: 'POST', closeOn: 'bye', resume: { headers: fail } }, 'failed'],
    ['a storage', { persist: { storage, key: canaries.storageKey } }, 'open'],
  ] as [string, ConnectionOptions, string][])('%s', async (name, options, status) => {
    if (name === 'refresh') server.answer(secretAnswer(401));
    else server.answer(body('id: 1\ndata: x\n\n'), body('id: 1\ndata: x\n\n'), stream);
    const watched = connect(
      { maxRetries: status === 'open' ? 5 : 1, ...options },
      name === 'url' ? fail : secretUrl(),
    );
    await reached(watched, status);
    expect(new Set(watched.own)).toEqual(new Set([fault]));
    expectNoLeaks(watched);
  });

  test('a listener', async () => {
    const watched = connect();
    watched.connection.on('*', fail);
    watched.connection.subscribe(fail);
    await reached(watched, 'open');
    server.publish('x');
    await until(() => watched.own.length >= 2);
    expect(new Set(watched.own)).toEqual(new Set([fault]));
    expectNoLeaks(watched);
  });

  test.each([
    [
      'an error that quotes the request',
      () => Promise.reject(new TypeError(`${secretUrl()} ${canaries.token}`)),
    ],
    [
      'an error with a secret cause and code',
      () => Promise.reject(Object.assign(fault, { code: canaries.token })),
    ],
    ['a string', () => Promise.reject(canaries.thrown)],
    ['at once', fail],
  ])('a `fetch` that throws %s, which is not reported either', async (_, fetch) => {
    const watched = connect({ fetch });
    await reached(watched, 'failed');
    expect(watched.own).toEqual([]);
    expectNoLeaks(watched);
  });
});

describe('a storage that keeps the last event ID', () => {
  test('shows nothing of what else it holds', async () => {
    const items = new Map([
      [canaries.storageKey, '7'],
      ['other', canaries.storage],
    ]);
    const storage = {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    };
    const watched = connect({ persist: { storage, key: canaries.storageKey } });
    await reached(watched, 'open');
    expectNoLeaks(watched);
    expect([...items.values()]).toEqual(['7', canaries.storage]);
  });
});

function secretRedirect(to: () => string): Answer {
  return (response) => response.writeHead(302, { location: to() }).end(canaries.answer);
}

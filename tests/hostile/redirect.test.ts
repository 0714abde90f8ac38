import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConnectionError, type FetchTransportOptions, fetchTransport } from '../../index.ts';
import { isRedirectLoop } from '../../transports/http/redirect.ts';
import {
  type Answer,
  type SeenRequest,
  type SseServer,
  startSseServer,
  status,
} from '../support/sse-server.ts';
import { until } from '../support/until.ts';

let server: SseServer;
let elsewhere: SseServer;
let controller: AbortController;

beforeEach(async () => {
  server = await startSseServer();
  elsewhere = await startSseServer();
  elsewhere.answer(events);
  controller = new AbortController();
});

afterEach(async () => {
  controller.abort();
  await server[Symbol.asyncDispose]();
  await elsewhere[Symbol.asyncDispose]();
});

const events: Answer = (response) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: arrived\n\n');

/** Answers each path in its own way, and every other one with the stream. */
function route(answers: Record<string, Answer>): Answer {
  return (response, request) => (answers[request.url ?? ''] ?? events)(response, request);
}

async function read(options: Partial<FetchTransportOptions>, lastEventId = '4') {
  const transport = fetchTransport({ url: server.url, ...options });
  const data: unknown[] = [];
  for await (const { messages } of await transport({ lastEventId }, controller.signal)) {
    data.push(...messages.map((message) => message.data));
  }
  return data;
}

const secrets = { authorization: 'Bearer canary', 'x-api-key': 'canary', cookie: 'session=canary' };

const everything = (requests: readonly SeenRequest[]) => JSON.stringify(requests);

const refused = { kind: 'http', message: expect.stringContaining('use the final URL.') };

const codes = [301, 302, 303, 307, 308];

describe.each(codes)('a redirect with %i', (code) => {
  test('to the same origin is followed, with the headers of the app', async () => {
    server.answer(route({ '/events': status(code, { location: '/moved' }) }));
    expect(await read({ headers: secrets })).toEqual(['arrived']);
    expect(server.requests.at(-1)).toMatchObject({ url: '/moved', lastEventId: '4', headers: secrets });
  });

  test('to another origin is followed without them', async () => {
    server.answer(status(code, { location: elsewhere.url }));
    expect(await read({ headers: secrets })).toEqual(['arrived']);
    expect(everything(elsewhere.requests)).not.toContain('canary');
    expect(elsewhere.requests).toMatchObject([
      { method: 'GET', lastEventId: '4', headers: { accept: 'text/event-stream' } },
    ]);
  });

  test('to another origin is followed at once when the app has no headers of its own', async () => {
    server.answer(status(code, { location: elsewhere.url }));
    expect(await read({})).toEqual(['arrived']);
    expect([server.requests.length, elsewhere.requests.length]).toEqual([1, 1]);
  });

  test('of a POST to another origin is not followed: neither its headers nor its body get there', async () => {
    server.answer(status(code, { location: elsewhere.url }));
    await expect(read({ method: 'POST', body: 'canary', headers: secrets })).rejects.toMatchObject(refused);
    expect(everything(elsewhere.requests)).not.toContain('canary');
  });

  test('of a POST that has a body and no headers to another origin is not followed either', async () => {
    server.answer(status(code, { location: elsewhere.url }));
    await expect(read({ method: 'POST', body: 'canary' })).rejects.toMatchObject(refused);
    expect(everything(elsewhere.requests)).not.toContain('canary');
  });

  test('leaves no socket that waits for its body to be read once the stream is over', async () => {
    server.answer((response) => {
      response.writeHead(code, { location: elsewhere.url }).write('a page that never ends');
    });
    expect(await read({ headers: secrets })).toEqual(['arrived']);
    await until(() => server.sockets.size <= 1, 'the socket of ours to be closed');
    controller.abort(); // undici keeps the one of a redirect that it follows itself
    await until(() => server.sockets.size === 0, 'the sockets to be closed');
  });

  test('that leads nowhere is refused', async () => {
    server.answer(status(code));
    await expect(read({ headers: secrets })).rejects.toMatchObject({ kind: 'http' });
    await expect(read({})).rejects.toMatchObject({ kind: 'http' });
  });
});

describe('redirects', () => {
  test.each(codes)(
    'with %i of a POST are not followed within an origin either: it may have had its effect',
    async (code) => {
      server.answer(route({ '/events': status(code, { location: '/events/' }) }));
      const post = { method: 'POST', body: 'question', headers: secrets };
      await expect(read(post)).rejects.toMatchObject(refused);
      expect(server.requests).toHaveLength(1);
    },
  );

  test('are followed no further once nobody wants the stream, whatever `fetch` makes of its signal', async () => {
    server.answer(status(302, { location: '/moved' }));
    const deaf: typeof fetch = async (url, init) => {
      const { signal: _, ...rest } = init ?? {};
      const response = await fetch(url, rest);
      controller.abort();
      return response;
    };
    await expect(read({ headers: secrets, fetch: deaf })).rejects.toBeInstanceOf(Error);
    expect(server.requests).toHaveLength(1);
  });

  test('several in a row within an origin are followed, with the headers at both ends', async () => {
    server.answer(
      route({
        '/events': status(302, { location: '/one' }),
        '/one': status(301, { location: '/two' }),
        '/two': status(308, { location: '/three' }),
      }),
    );
    expect(await read({ headers: secrets })).toEqual(['arrived']);
    expect(server.requests.at(-1)).toMatchObject({ url: '/three', headers: secrets });
  });

  test('by way of another origin and back carry the headers only where they belong', async () => {
    server.answer(route({ '/events': status(302, { location: elsewhere.url }) }));
    elsewhere.answer(status(302, { location: `${new URL(server.url).origin}/back` }));
    expect(await read({ headers: secrets })).toEqual(['arrived']);
    expect(everything(elsewhere.requests)).not.toContain('canary');
    expect(server.requests.at(-1)).toMatchObject({ url: '/back', headers: secrets });
  });

  test('by way of the same origin to another one leave the headers behind', async () => {
    server.answer(
      route({
        '/events': status(302, { location: '/one' }),
        '/one': status(307, { location: elsewhere.url }),
      }),
    );
    expect(await read({ headers: secrets })).toEqual(['arrived']);
    expect(everything(elsewhere.requests)).not.toContain('canary');
  });

  test('that show the way to one who asks, and another way to one who has the headers, gain nothing', async () => {
    server.answer((response, request) => {
      const location = request.headers.authorization ? elsewhere.url : '/moved';
      status(302, { location })(response, request);
    });
    elsewhere.answer(status(500));
    await expect(read({ headers: secrets })).rejects.toBeInstanceOf(ConnectionError);
    expect(everything(elsewhere.requests)).not.toContain('canary');
  });

  test('of which only one who has the headers is told are refused, with the reason', async () => {
    server.answer((response, request) => {
      const answer = request.headers.authorization ? status(302, { location: '/moved' }) : status(401);
      answer(response, request);
    });
    await expect(read({ headers: secrets })).rejects.toMatchObject(refused);
  });

  test('that never end are refused, which says so, and cost 22 requests', async () => {
    server.answer(status(302, { location: '/events' }));
    const loop = { kind: 'http', message: 'The server redirects in a circle, or too often.' };
    await expect(read({})).rejects.toMatchObject(loop);
    expect(server.requests).toHaveLength(21);
    await expect(read({ headers: secrets })).rejects.toMatchObject(loop);
    expect(server.requests.length).toBeLessThanOrEqual(21 + 22);
    expect(server.requests.filter(({ headers }) => headers['x-api-key'])).toHaveLength(1);
  });

  test.each(['javascript:alert(1)', 'file:///etc/passwd', 'data:text/event-stream,data:x', '//', 'http://'])(
    'to %s are refused',
    async (location) => {
      server.answer(status(302, { location }));
      await expect(read({ headers: secrets })).rejects.toBeInstanceOf(ConnectionError);
      await expect(read({})).rejects.toBeInstanceOf(ConnectionError);
    },
  );

  test('whose target has a secret in its query keep it out of the error', async () => {
    server.answer(status(302, { location: 'http://127.0.0.1:1/?token=canary' }));
    for (const headers of [secrets, {}]) {
      const error = await read({ headers }).catch((fault: ConnectionError) => fault);
      expect(JSON.stringify(error)).not.toContain('canary');
      expect(error).toMatchObject({ kind: 'network' });
    }
  });

  test('are followed for a method in small letters too', async () => {
    server.answer(status(302, { location: elsewhere.url }));
    expect(await read({ method: 'get', headers: secrets })).toEqual(['arrived']);
  });

  test('are nobody else’s business: with a `fetch` of the app it is the same', async () => {
    server.answer(status(302, { location: elsewhere.url }));
    expect(await read({ headers: secrets, fetch: (...given) => fetch(...given) })).toEqual(['arrived']);
    expect(everything(elsewhere.requests)).not.toContain('canary');
  });
});

test.each([
  [new TypeError('fetch failed', { cause: new Error('redirect count exceeded') }), true],
  [new TypeError('Maximum number of redirects (20) reached'), true],
  [new Error('The response redirected too many times.'), true],
  [new Error('Too many redirects; https://example.com/'), true],
  [new Error('maximum redirect reached at: https://example.com/'), true],
  [new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED /redirect') }), false],
  [new TypeError('Failed to fetch'), false],
  [undefined, false],
])('%s is of a redirect loop: %s', (error, expected) => {
  expect(isRedirectLoop(error)).toBe(expected);
});

describe('of the answers on the way along a redirect', () => {
  /** Answers a `fetch` of the app with these, one after another; tells whose bodies were let go of unread. */
  async function along(...answers: readonly (Partial<Response> & { readonly status: number })[]) {
    const dropped: number[] = [];
    const seen: (RequestInit | undefined)[] = [];
    const fake: typeof fetch = async (_, init) => {
      const index = seen.push(init) - 1;
      const { status: code = 500, ...rest } = answers[index] ?? {};
      const body = new ReadableStream({
        start: (stream) =>
          code === 200 ? stream.enqueue(new TextEncoder().encode('data: a\n\n')) : undefined,
        cancel: () => void dropped.push(index),
      });
      const headers = { 'content-type': 'text/event-stream' };
      const response = new Response(body, { status: code || 200, headers });
      for (const [name, value] of Object.entries({ url: server.url, ...rest, status: code }))
        Object.defineProperty(response, name, { value });
      return response;
    };
    const transport = fetchTransport({ url: server.url, headers: secrets, fetch: fake });
    const error = await transport({ lastEventId: '' }, controller.signal).then(
      () => undefined,
      (fault: unknown) => fault,
    );
    return { dropped, seen, error };
  }

  const moved = () => ({ status: 200, redirected: true, url: new URL('/moved', server.url).href });

  test('none keeps its socket, wherever they lead', async () => {
    const { dropped, error } = await along({ status: 302 }, moved(), { status: 200 });
    expect([dropped, error]).toEqual([[0, 1], undefined]);
  });

  test('none keeps its socket when they lead nowhere', async () => {
    const { dropped, error } = await along({ status: 302 }, moved(), { status: 307 });
    expect(dropped).toEqual([0, 1, 2]);
    expect(error).toMatchObject(refused);
  });

  test('the first one of a browser, which hides what it says, is known by its type', async () => {
    const hidden = { status: 0, type: 'opaqueredirect' } as const;
    const { seen, error } = await along(hidden, moved(), { status: 200 });
    expect(error).toBeUndefined();
    const withKey = seen.map((init) => new Headers(init?.headers).has('x-api-key'));
    expect(withKey).toEqual([true, false, true]);
  });
});

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
  const post = { method: 'POST', body: 'question', headers: { ...secrets, 'content-type': 'text/plain' } };

  test.each([
    ['POST', 307, 'POST'],
    ['POST', 308, 'POST'],
    ['POST', 301, 'GET'],
    ['post', 302, 'GET'],
    ['POST', 303, 'GET'],
    ['PUT', 301, 'PUT'],
    ['PUT', 302, 'PUT'],
    ['PUT', 303, 'GET'],
    ['DELETE', 308, 'DELETE'],
  ])('of a %s with %i within an origin are followed by a %s, as `fetch` does', async (method, code, then) => {
    server.answer(
      route({ '/events': status(code, { location: '/one' }), '/one': status(307, { location: '/two' }) }),
    );
    expect(await read({ ...post, method })).toEqual(['arrived']);
    const hasBody = then !== 'GET';
    expect(server.requests.slice(1)).toMatchObject(
      ['/one', '/two'].map((url) => ({
        ...{ method: then, url, body: hasBody ? 'question' : '', lastEventId: '4', headers: secrets },
      })),
    );
    for (const { headers } of server.requests.slice(1)) {
      expect(headers['content-type']).toBe(hasBody ? 'text/plain' : undefined);
    }
  });

  test('keep the method of a GET and a HEAD, whatever they say', async () => {
    server.answer(route({ '/events': status(303, { location: '/moved' }) }));
    expect(await read({ headers: secrets, method: 'get' })).toEqual(['arrived']);
    await read({ headers: secrets, method: 'HEAD' }).catch(() => {});
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'HEAD', 'HEAD']);
  });

  test.each(['REPOST', 'POSTPONE'])(
    'of a %s with 301 keep it, although it has POST in its name',
    async (method) => {
      server.answer(events);
      const asked: unknown[] = [];
      const answering: typeof fetch = async (url, init) => {
        asked.push(init?.method);
        return asked.length > 1
          ? fetch(String(url))
          : new Response(null, { status: 301, headers: { location: '/moved' } });
      };
      expect(await read({ ...post, method, fetch: answering })).toEqual(['arrived']);
      expect(asked).toEqual([method, method]);
    },
  );

  test.each(['shttp://127.0.0.1/', 'https+x://127.0.0.1/', 'ftp://127.0.0.1/'])(
    'to %s, which is not HTTP, are refused',
    async (location) => {
      server.answer(status(302, { location }));
      await expect(read({ headers: secrets })).rejects.toMatchObject({
        kind: 'http',
        message: 'The server redirects to an invalid URL.',
      });
    },
  );

  test('of a POST whose body is a stream are followed only where it is not sent again', async () => {
    const parts = () => new Blob(['question']).stream();
    server.answer(route({ '/events': status(303, { location: '/moved' }) }));
    expect(await read({ ...post, body: parts })).toEqual(['arrived']);
    server.answer(route({ '/events': status(307, { location: '/moved' }) }));
    await expect(read({ ...post, body: parts })).rejects.toMatchObject({
      kind: 'http',
      message: 'The server redirects a request whose body can be read only once: use the final URL.',
    });
    expect(server.requests).toHaveLength(3);
  });

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

  test('of a browser, which hides them, are followed no further either', async () => {
    let calls = 0;
    const deaf: typeof fetch = async () => {
      const response = new Response();
      calls += 1;
      if (calls > 1) controller.abort();
      const url = new URL('/moved', server.url).href;
      const facts = calls > 1 ? { redirected: true, url } : { status: 0, type: 'opaqueredirect' };
      for (const [name, value] of Object.entries({ url: server.url, ...facts })) {
        Object.defineProperty(response, name, { value });
      }
      return response;
    };
    await expect(read({ headers: secrets, fetch: deaf })).rejects.toBeInstanceOf(Error);
    expect(calls).toBe(2);
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

  test('of which only one who has the headers is told are followed with them, past no login page', async () => {
    server.answer((_, request) => {
      const location = request.headers.authorization ? '/moved' : '/login';
      return request.url === '/moved' ? events : status(307, { location });
    });
    expect(await read({ headers: secrets })).toEqual(['arrived']);
    expect(server.requests.map(({ url }) => url)).toEqual(['/events', '/moved']);
  });

  test('that never end are refused, which says so, and cost 21 requests', async () => {
    server.answer(status(302, { location: '/events' }));
    const loop = { kind: 'http', message: 'The server redirects in a circle, or too often.' };
    for (const [round, options] of [{}, { headers: secrets }, post].entries()) {
      await expect(read(options)).rejects.toMatchObject(loop);
      expect(server.requests).toHaveLength(21 * (round + 1));
    }
  });

  test.each(['javascript:alert(1)', 'file:///etc/passwd', 'data:text/event-stream,data:x', '//', 'http://'])(
    'to %s are refused',
    async (location) => {
      server.answer(status(302, { location }));
      await expect(read({ headers: secrets })).rejects.toMatchObject({
        kind: 'http',
        message: 'The server redirects to an invalid URL.',
      });
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

describe('a refusal behind a redirect', () => {
  const left =
    'the server redirects to another origin, where your headers and body do not go: use the final URL.';

  test.each<[string, Answer, object]>([
    ['401', status(401), { kind: 'http', status: 401, message: `The server answered 401: ${left}` }],
    ['403', status(403), { kind: 'forbidden', status: 403, message: `The server answered 403: ${left}` }],
    ['404', status(404), { kind: 'http', status: 404, message: `The server answered 404: ${left}` }],
    ['503', status(503, { 'retry-after': '7' }), { kind: 'http', status: 503, retryAfter: 7_000 }],
    [
      'a page',
      status(200, { 'content-type': 'text/html' }),
      { kind: 'content-type', message: `The answer is not a text/event-stream: ${left}` },
    ],
  ])('to another origin says that the headers were left behind: %s', async (_, answer, expected) => {
    server.answer(status(307, { location: elsewhere.url }));
    elsewhere.answer(answer);
    await expect(read({ headers: secrets })).rejects.toMatchObject(expected);
  });

  test.each<[string, Partial<FetchTransportOptions>]>([
    ['within an origin', { headers: secrets }],
    ['that `fetch` has followed', {}],
  ])('%s is one like any other', async (_, options) => {
    server.answer(route({ '/events': status(307, { location: '/moved' }), '/moved': status(401) }));
    await expect(read(options)).rejects.toMatchObject({
      kind: 'unauthorized',
      message: 'The server answered 401: sign in, then reconnect.',
    });
  });

  test('by way of another origin and back is one like any other', async () => {
    server.answer(route({ '/events': status(302, { location: elsewhere.url }), '/back': status(401) }));
    elsewhere.answer(status(302, { location: `${new URL(server.url).origin}/back` }));
    await expect(read({ headers: secrets })).rejects.toMatchObject({ kind: 'unauthorized' });
  });

  const done = 'the server redirected the request, which may have had its effect and is not sent again.';
  const post = { method: 'POST', body: 'question', headers: secrets };

  test.each([401, 425, 429, 503])('with %i does not say that a POST did nothing', async (code) => {
    server.answer(route({ '/events': status(303, { location: '/result' }), '/result': status(code) }));
    // Without a body and headers `fetch` follows by itself, and does not tell with which method.
    for (const options of [post, { method: 'POST' }]) {
      const error = await read(options).catch((fault: unknown) => fault);
      expect(error).toMatchObject({ kind: 'http', message: `The server answered ${code}: ${done}` });
      expect(error).not.toHaveProperty('status');
    }
  });

  test('elsewhere does not say so either', async () => {
    server.answer(
      route({
        '/events': status(303, { location: '/result' }),
        '/result': status(302, { location: elsewhere.url }),
      }),
    );
    elsewhere.answer(status(503));
    const error = await read(post).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ kind: 'http', message: `The server answered 503: ${done}` });
    expect(error).not.toHaveProperty('status');
    expect(everything(elsewhere.requests)).not.toContain('canary');
  });

  test.each([404, 500, 204])('with %i keeps its status after a POST', async (code) => {
    server.answer(route({ '/events': status(303, { location: '/result' }), '/result': status(code) }));
    await expect(read(post)).rejects.toMatchObject({
      kind: code === 204 ? 'ended' : 'http',
      status: code,
      message: `The server answered ${code}: ${done}`,
    });
  });

  test.each([307, 308])('with 503 says that a POST did nothing where %i has sent it on', async (code) => {
    server.answer(route({ '/events': status(code, { location: '/moved' }), '/moved': status(503) }));
    await expect(read(post)).rejects.toMatchObject({
      status: 503,
      message: 'The server answered 503: no stream here.',
    });
  });
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

  const hidden = { status: 0, type: 'opaqueredirect' } as const;
  const shown = { status: 307, headers: new Headers({ location: '/moved' }) };
  const moved = (url = new URL('/moved', server.url).href) => ({ status: 200, redirected: true, url });
  const withKey = (seen: readonly (RequestInit | undefined)[]) =>
    seen.map((init) => new Headers(init?.headers).has('x-api-key'));
  const untold = {
    kind: 'http',
    message:
      'The server redirects a request with your headers or body, and a browser does not tell where to: use the final URL.',
  };

  test('none keeps its socket where they are shown', async () => {
    const { dropped, error, seen } = await along(shown, shown, { status: 200 });
    expect([dropped, error, withKey(seen)]).toEqual([[0, 1], undefined, [true, true, true]]);
  });

  test('none keeps its socket in a browser, which hides them, wherever they lead', async () => {
    const { dropped, error, seen } = await along(hidden, moved(), { status: 200 });
    expect([dropped, error, withKey(seen)]).toEqual([[0, 1], undefined, [true, false, true]]);
  });

  test.each([
    ['lead on with the headers', () => [hidden, moved(), hidden], [0, 1, 2]],
    ['do not for one without the headers', () => [hidden, { status: 401 }], [0, 1]],
  ])('none keeps its socket in a browser when they %s, which is refused', async (_, answers, all) => {
    const { dropped, error } = await along(...answers());
    expect(dropped).toEqual(all);
    expect(error).toMatchObject(untold);
  });

  test('those of a `fetch` that does not tell where it was are followed from where it was sent', async () => {
    const { error, seen } = await along({ ...shown, url: '' }, { status: 200 });
    expect([error, withKey(seen)]).toEqual([undefined, [true, true]]);
  });

  test('those of a browser that lead to a refusal say how it was found', async () => {
    const { error } = await along(hidden, moved(), { status: 404 });
    expect(error).toMatchObject({
      kind: 'http',
      status: 404,
      message:
        'The server answered 404: the server redirects a request with your headers or body, and a browser does not tell where to: use the final URL.',
    });
    expect((await along(hidden, moved(), { status: 401 })).error).toMatchObject({ kind: 'unauthorized' });
  });

  test('those of a browser that lead to another origin leave the headers behind, and a 401 there says so', async () => {
    const foreign = { ...moved('https://elsewhere.example/'), status: 401 };
    const { error, seen } = await along(hidden, foreign);
    expect(withKey(seen)).toEqual([true, false]);
    expect(error).toMatchObject({
      kind: 'http',
      status: 401,
      message: expect.stringContaining('redirects to another origin') as unknown,
    });
  });
});

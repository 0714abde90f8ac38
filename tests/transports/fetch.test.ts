import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  ConnectionError,
  type FetchTransportOptions,
  fetchTransport,
  type MessageBatch,
} from '../../index.ts';
import { body, cut, type SseServer, startSseServer, status, stream } from '../support/sse-server.ts';
import { until } from '../support/until.ts';

let server: SseServer;
let controller: AbortController;

beforeEach(async () => {
  server = await startSseServer();
  controller = new AbortController();
});

afterEach(async () => {
  controller.abort();
  await server[Symbol.asyncDispose]();
});

const open = (options: Partial<FetchTransportOptions> = {}, lastEventId = '') =>
  fetchTransport({ url: server.url, ...options })({ lastEventId }, controller.signal);

/** Reads a stream to its end, and the error it ended with. */
async function readAll(batches: AsyncIterable<MessageBatch>) {
  const read = { data: [] as unknown[], lastEventId: '', error: undefined as unknown };
  try {
    for await (const { messages, lastEventId } of batches) {
      read.data.push(...messages.map(({ data }) => data));
      read.lastEventId = lastEventId;
    }
  } catch (error) {
    read.error = error;
  }
  return read;
}

describe('an event that is too large', () => {
  const large = `id: 2\ndata: ${'x'.repeat(100)}\n\n`;

  test.each([
    ['in one chunk', [`id: 1\ndata: small\n\n${large}id: 3\ndata: after\n\n`]],
    ['in many chunks', ['id: 1\ndata: small\n\n', ...large, 'id: 3\ndata: after\n\n']],
    ['in many lines', [`id: 1\ndata: small\n\nid: 2\n${'data: x\n'.repeat(60)}\n`]],
    ['without an end', [`id: 1\ndata: small\n\nid: 2\ndata: ${'x'.repeat(100)}`]],
  ])('%s ends the stream, after what came before it; its ID does not count', async (_, parts) => {
    server.answer(body(...parts));
    const { data, lastEventId, error } = await readAll(await open({ maxEventSize: 100 - 1 }));
    expect([data, lastEventId]).toEqual([['small'], '1']);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      kind: 'too-large',
      message: 'The limit `maxEventSize` of 99 was exceeded.',
    });
  });

  test.each([
    ['in one chunk', (text: string) => [text]],
    ['in many chunks', (text: string) => [...text]],
  ])('is one character above the limit, not at it, %s', async (_, split) => {
    server.answer(body(...split(`data: ${'x'.repeat(100)}\n\n`)));
    expect(await readAll(await open({ maxEventSize: 100 }))).toMatchObject({
      data: ['x'.repeat(100)],
      error: undefined,
    });
  });
});

test.each([
  ['an ID', 'id: 123456789\n'],
  ['an event name', 'event: 123456789\n'],
])('%s is too long by one character above the limit, not at it', async (_, field) => {
  server.answer(body(`id: 1\ndata: before\n\n${field}data: x\n\ndata: after\n\n`));
  const { data, lastEventId, error } = await readAll(await open({ maxFieldSize: 8 }));
  expect([data, lastEventId]).toEqual([['before'], '1']);
  expect(error).toMatchObject({
    kind: 'too-large',
    message: 'The limit `maxFieldSize` of 8 was exceeded.',
  });
  expect(await readAll(await open({ maxFieldSize: 9 }))).toMatchObject({
    data: ['before', 'x', 'after'],
    error: undefined,
  });
});

describe('a stream', () => {
  test('that is cut short is told from one that ended', async () => {
    server.answer((response, request) => {
      stream(response, request);
      response.write('data: whole\n\ndata: ha', () => request.socket.destroy());
    });
    expect(await readAll(await open())).toMatchObject({
      data: ['whole'],
      error: { kind: 'network', message: 'The stream broke (UND_ERR_SOCKET).' },
    });
    server.answer(body('data: whole\n\n'));
    expect(await readAll(await open())).toMatchObject({ data: ['whole'], error: undefined });
  });

  test('gives a batch for a comment: any byte is a sign of life', async () => {
    const batches = await open();
    server.write(': still here\n\n');
    for await (const batch of batches) {
      expect(batch).toMatchObject({ messages: [], lastEventId: '' });
      break;
    }
    await until(() => server.sockets.size === 0, 'the socket to be closed');
  });

  test('is gone when the signal aborts', async () => {
    const batches = await open();
    const reading = readAll(batches);
    controller.abort();
    await reading;
    await until(() => server.sockets.size === 0, 'the socket to be closed');
  });

  test.each([
    'text/event-stream',
    'text/event-stream; charset=utf-8',
    'Text/Event-Stream;charset="UTF-8"',
    'text/event-stream, text/event-stream',
    'text/html, text/event-stream;charset=utf-8',
    'text/event-stream, */*',
    'text/event-stream, no type',
    'text/event-stream,',
    'text/event-stream; note="a, text/html"',
    'text/event-stream; note="\\", text/html"',
    'text/event-stream; note="open, text/html',
  ])('of the content type %s is accepted', async (type) => {
    server.answer((response) => response.writeHead(200, { 'content-type': type }).end('data: a\n\n'));
    expect((await readAll(await open())).data).toEqual(['a']);
  });

  test.each([201, 202])(
    'with the status %i is accepted as the answer to a POST, not to a GET',
    async (code) => {
      server.answer((response) =>
        response.writeHead(code, { 'content-type': 'text/event-stream' }).end('data: a\n\n'),
      );
      expect((await readAll(await open({ method: 'POST', body: 'question' }))).data).toEqual(['a']);
      await expect(open()).rejects.toMatchObject({ kind: 'http', status: code });
      server.answer(status(code, { 'content-type': 'application/json' }));
      await expect(open({ method: 'POST' })).rejects.toMatchObject({ kind: 'http', status: code });
    },
  );

  test.each([203, 206])('with the status %i is refused, also as the answer to a POST', async (code) => {
    server.answer(status(code, { 'content-type': 'text/event-stream' }));
    await expect(open({ method: 'POST' })).rejects.toMatchObject({ kind: 'http', status: code });
  });

  test.each([
    'text/html',
    'text/event-streams',
    'x-text/event-stream',
    'application/json',
    '',
    'text/event-stream, text/html',
    'text/html; note="a, text/event-stream"',
    'text/event-stream; note="\\\\", text/html',
    'text/event-stream more',
    ', */*',
  ])('of the content type "%s" is refused', async (type) => {
    server.answer((response) => response.writeHead(200, { 'content-type': type }).end('data: a\n\n'));
    await expect(open()).rejects.toMatchObject({
      kind: 'content-type',
      status: 200,
      message: 'The answer is not a text/event-stream. Check the URL.',
    });
  });
});

describe('a refusal', () => {
  test.each([
    [204, 'ended', 'The server answered 204: there is nothing more to come.'],
    [401, 'unauthorized', 'The server answered 401: sign in, then reconnect.'],
    [403, 'forbidden', 'The server answered 403: no access to this stream.'],
    [404, 'http', 'The server answered 404: no stream here.'],
    [201, 'http', 'The server answered 201: no stream here.'],
    [503, 'http', 'The server answered 503: no stream here.'],
  ])('%i is of the kind %s', async (code, kind, message) => {
    server.answer(status(code));
    await expect(open()).rejects.toMatchObject({ kind, status: code, message });
  });

  test('says how long the server asks to wait', async () => {
    server.answer(status(503, { 'retry-after': '7' }));
    await expect(open()).rejects.toMatchObject({ retryAfter: 7_000 });
  });

  test.each([404, 200])(
    'with the status %i leaves no socket, also when its page has no end',
    async (code) => {
      server.answer((response) =>
        response.writeHead(code, { 'content-type': 'text/html' }).write('<h1>Loading'),
      );
      const held: Response[] = []; // so that no garbage collection closes the socket
      const holding: typeof fetch = async (url, init) => {
        const response = await fetch(url, init);
        held.push(response);
        return response;
      };
      await expect(open({ fetch: holding })).rejects.toMatchObject({ status: code });
      await until(() => server.sockets.size === 0, 'the socket to be closed');
      expect(held.length).toBe(1);
    },
  );
});

describe('a request of a page that cannot be sent', () => {
  const page = (origin: string) => vi.stubGlobal('location', { origin, href: `${origin}/page` });
  const lost: typeof fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  afterEach(() => vi.unstubAllGlobals());

  test.each([
    [{}, 'Last-Event-ID'],
    [{ lastEventIdHeader: 'X-Cursor' }, 'X-Cursor'],
  ])('to another origin names the preflight of a resumption, and the ways out', async (options, header) => {
    page('https://app.example');
    await expect(open({ ...options, fetch: lost }, '7')).rejects.toMatchObject({
      kind: 'network',
      message: `The server could not be reached, or does not allow the header \`${header}\`: name it in Access-Control-Allow-Headers, or set \`lastEventIdHeader: false\` and \`lastEventIdParam\`.`,
    });
  });

  test.each<[string, string | undefined, string, Partial<FetchTransportOptions>]>([
    ['there is no page', undefined, '7', {}],
    ['it is of the same origin', 'same', '7', {}],
    ['it is relative', 'https://app.example', '7', { url: '/events' }],
    ['there is no ID', 'https://app.example', '', {}],
    ['the ID is not in a header', 'https://app.example', '7', { lastEventIdHeader: false }],
  ])('says nothing of a preflight where %s', async (_, origin, lastEventId, options) => {
    if (origin !== undefined) page(origin === 'same' ? new URL(server.url).origin : origin);
    await expect(open({ ...options, fetch: lost }, lastEventId)).rejects.toMatchObject({
      message: 'The server could not be reached.',
    });
  });
});

test('an answer without a body is not a stream', async () => {
  const headers = { 'content-type': 'text/event-stream' };
  await expect(open({ fetch: async () => new Response(null, { headers }) })).rejects.toMatchObject({
    kind: 'invalid',
    message: 'The answer has no body that can be read.',
  });
});

describe('an answer whose body is no stream of the platform', () => {
  /** Answers as node-fetch does, or with any other body. */
  const foreign =
    (bodyOf: (stream: Response['body']) => unknown): typeof fetch =>
    async (url, init) => {
      const { status, headers, url: finalUrl, type, redirected, body } = await fetch(url, init);
      return { status, headers, url: finalUrl, type, redirected, body: bodyOf(body) } as Response;
    };
  const readable = foreign((stream) => stream && Readable.fromWeb(stream as never));

  test.each([
    ['a Readable of Node', readable],
    ['anything that can be iterated', foreign((stream) => stream?.values())],
  ])('is read where it is %s', async (_, fetch) => {
    server.answer(body('data: a\n\n', 'data: ', 'ż\n\n'));
    expect((await readAll(await open({ fetch }))).data).toEqual(['a', 'ż']);
    expect((await readAll(await open({ fetch, headers: { 'x-a': 'b' } }))).data).toEqual(['a', 'ż']);
  });

  test('breaks where that breaks', async () => {
    server.answer((response, request) => {
      stream(response, request);
      response.write('data: whole\n\ndata: ha', () => request.socket.destroy());
    });
    expect(await readAll(await open({ fetch: readable }))).toMatchObject({
      data: ['whole'],
      error: { kind: 'network' },
    });
  });

  test('is gone when nobody wants it, also while it is silent', async () => {
    const deaf: typeof fetch = (url, init) => readable(url, { ...init, signal: null });
    const reading = readAll(await open({ fetch: deaf }));
    controller.abort();
    await reading;
    await until(() => server.sockets.size === 0, 'the socket to be closed');
  });

  test.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'http'],
    [503, 'http'],
  ])('is refused with %i all the same, and leaves no socket', async (code, kind) => {
    for (const fetch of [readable, foreign((stream) => stream?.values())]) {
      server.answer((response) => response.writeHead(code).write('<h1>Loading'));
      await expect(open({ fetch })).rejects.toMatchObject({ kind, status: code });
      await until(() => server.sockets.size === 0, 'the socket to be closed');
    }
  });

  test.each([['text'], [{}], [undefined]])('cannot be read where it is %o, which says so', async (given) => {
    const opening = open({ fetch: foreign(() => given) });
    await expect(opening).rejects.toMatchObject({
      kind: 'invalid',
      message: 'The answer has no body that can be read.',
    });
  });

  test('cannot be read where somebody else does', async () => {
    const taken: typeof fetch = async (url, init) => {
      const response = await fetch(url, init);
      response.body?.getReader();
      return response;
    };
    await expect(open({ fetch: taken })).rejects.toMatchObject({ kind: 'invalid' });
  });
});

test('a `fetch` of the app that throws a ConnectionError decides for itself, whatever words it uses', async () => {
  const error = new ConnectionError('forbidden', 'Invalid URL, after too many redirects.');
  await expect(open({ fetch: () => Promise.reject(error) })).rejects.toBe(error);
});

test('an answer without a content type is refused', async () => {
  await expect(open({ fetch: async () => new Response(new Blob(['data: a\n\n'])) })).rejects.toMatchObject({
    kind: 'content-type',
  });
});

describe('a `fetch` of the app that does not heed the signal', () => {
  const deaf: typeof fetch = (url, init) => fetch(url, { ...init, signal: null });

  test('leaves no socket when it answers before the end', async () => {
    const reading = readAll(await open({ fetch: deaf }));
    controller.abort();
    await reading;
    await until(() => server.sockets.size === 0, 'the socket to be closed');
  });

  test('leaves no socket when it answers after the end, and nobody reads', async () => {
    const opening = open({ fetch: deaf });
    await until(() => server.requests.length === 1);
    controller.abort();
    await opening.catch(() => {});
    await until(() => server.sockets.size === 0, 'the socket to be closed');
  });

  test('has its answer cancelled when it comes after the end', async () => {
    let reason: unknown = 'not cancelled';
    const stream = new ReadableStream({
      cancel: (why) => {
        reason = why;
      },
    });
    const headers = { 'content-type': 'text/event-stream' };
    const opening = open({
      fetch: async () => {
        controller.abort();
        return new Response(stream, { headers });
      },
    });
    await opening;
    await until(() => reason === undefined, 'the answer to be cancelled');
  });

  test('is not called if the connection ends while a function makes the headers', async () => {
    let answer = () => {};
    const headers = () =>
      new Promise<HeadersInit>((resolve) => {
        answer = () => resolve({});
      });
    const opening = open({ fetch: deaf, headers });
    await new Promise((resolve) => setTimeout(resolve));
    controller.abort();
    answer();
    await expect(opening).rejects.toThrow();
    expect(server.requests).toEqual([]);
  });
});

describe('the request', () => {
  test('is not cached, and takes cookies along only when asked', async () => {
    const inits: RequestInit[] = [];
    const spy: typeof fetch = (url, init = {}) => {
      inits.push(init);
      return fetch(url, init);
    };
    await open({ fetch: spy });
    await open({ fetch: spy, credentials: 'omit' });
    await open({ fetch: spy, withCredentials: true });
    expect(inits.map(({ cache, credentials }) => [cache, credentials])).toEqual([
      ['no-store', 'same-origin'],
      ['no-store', 'omit'],
      ['no-store', 'include'],
    ]);
  });

  test.each([
    ['headers', { headers: () => ({ value: { authorization: 'x' } }) as never }],
    ['headers', { headers: async () => ({ authorization: undefined }) as never }],
    ['body', { method: 'POST', body: () => ({ question: 'x' }) as never }],
  ])('is not sent with %s that a function should not have returned', async (name, options) => {
    await expect(open(options)).rejects.toMatchObject({
      kind: 'invalid',
      unsent: true,
      message: expect.stringMatching(`^What \`${name}\` returns must be .* but it is of type object\\.$`),
    });
    expect(server.requests).toEqual([]);
  });

  test('can be a POST with a body and headers of the app', async () => {
    const batches = await open({
      method: 'POST',
      headers: async () => [['authorization', 'Bearer token']],
      body: () => JSON.stringify({ question: 'why?' }),
    });
    expect(server.requests).toMatchObject([
      { method: 'POST', body: '{"question":"why?"}', headers: { authorization: 'Bearer token' } },
    ]);
    for await (const _ of [batches]) break;
  });

  test('leaves it to `fetch` to follow redirects, unless the app has headers or a body', async () => {
    const modes: unknown[] = [];
    const spy: typeof fetch = (url, init = {}) => {
      modes.push(init.redirect);
      return fetch(url, init);
    };
    await open({ fetch: spy });
    await open({ fetch: spy, method: 'POST' });
    await open({ fetch: spy, headers: { 'x-key': 'a' } });
    await open({ fetch: spy, method: 'POST', body: 'a' });
    expect(modes).toEqual([undefined, undefined, 'manual', 'manual']);
  });

  test('says nothing of a body when it has none', async () => {
    const inits: RequestInit[] = [];
    const spy: typeof fetch = (url, init = {}) => {
      inits.push(init);
      return fetch(url, init);
    };
    await open({ fetch: spy });
    await open({ fetch: spy, method: 'POST', body: () => undefined });
    for (const init of inits) {
      expect(init).not.toHaveProperty('body');
      expect(init).not.toHaveProperty('duplex'); // which not every browser knows
    }
    expect(inits.length).toBe(2);
  });

  test('is not sent when a function of the app cannot make its body, and it says which', async () => {
    const reports: unknown[] = [];
    const fault = new Error('nothing to say');
    const opening = open({
      method: 'POST',
      body: () => Promise.reject(fault),
      reportError: (error) => reports.push(error),
    });
    const error = { kind: 'network', message: '`body` threw, so no request was sent.', cause: fault };
    await expect(opening).rejects.toMatchObject(error);
    expect([reports, server.requests]).toEqual([[expect.objectContaining(error)], []]);
  });

  test('can have a body that is a stream', async () => {
    const parts = () => new Blob(['a', 'b']).stream();
    await open({ method: 'PUT', body: parts });
    expect(server.requests).toMatchObject([{ method: 'PUT', body: 'ab' }]);
  });

  test('follows a redirect', async () => {
    server.answer(status(302, { location: '/events?moved' }), body('data: moved\n\n'));
    expect((await readAll(await open())).data).toEqual(['moved']);
  });

  test.each([
    ['url', { url: 'not a url' }],
    ['url', { url: 'http://user:secret@127.0.0.1/' }],
    ['headers', { headers: { 'bad name': 'x' } }],
    ['headers', { headers: { good: 'bad\nvalue' } }],
    ['method', { method: 'TRACE' }],
  ])('that can never be sent, for its %s, is invalid and not a fault of the network', async (_, options) => {
    await expect(open(options)).rejects.toMatchObject({
      kind: 'invalid',
      message: 'Invalid URL, method or header. On a server the URL must be absolute.',
      cause: expect.any(TypeError) as unknown,
    });
    expect(server.requests).toEqual([]);
  });

  test.each(['ftp://127.0.0.1/', 'file:///etc/passwd', 'xhttp://127.0.0.1/', 'about:blank'])(
    'to %s is none that can be sent',
    async (url) => {
      await expect(open({ url })).rejects.toMatchObject({
        kind: 'invalid',
        cause: { message: 'No URL that can be fetched.' },
      });
    },
  );

  test('can have a `data:` or a `blob:` URL', async () => {
    const type = 'text/event-stream';
    const blob = URL.createObjectURL(new Blob(['data: b\n\n'], { type }));
    expect((await readAll(await open({ url: `data:${type},data:%20a%0A%0A` }))).data).toEqual(['a']);
    expect((await readAll(await open({ url: blob }))).data).toEqual(['b']);
  });

  test('goes wherever a `fetch` of the app can go', async () => {
    const answer = new Response('data: a\n\n', { headers: { 'content-type': 'text/event-stream' } });
    const asked: unknown[] = [];
    const batches = await open({
      url: 'app:events',
      fetch: async (url) => {
        asked.push(url);
        return answer;
      },
    });
    expect([asked, (await readAll(batches)).data]).toEqual([['app:events'], ['a']]);
  });

  describe('to a relative URL where there is no page', () => {
    const { fetch } = globalThis;
    const native: typeof fetch = (...given) => fetch(...given);
    afterEach(() => vi.unstubAllGlobals());

    /** As that of MSW under jsdom. */
    const resolving: typeof fetch = (url, init) => fetch(new URL(String(url), server.url), init);

    test('goes to where the global `fetch` resolves it', async () => {
      server.answer(body('data: a\n\n'));
      vi.stubGlobal('fetch', resolving);
      expect((await readAll(await open({ url: '/api/events', headers: { 'x-a': 'b' } }))).data).toEqual([
        'a',
      ]);
      expect(server.requests).toMatchObject([{ url: '/api/events', headers: { 'x-a': 'b' } }]);
    });

    test('goes there too where `Request`, as that of old polyfills, resolves nothing', async () => {
      vi.stubGlobal(
        'Request',
        class {
          readonly url: string;
          constructor(url: string) {
            this.url = url;
          }
        },
      );
      vi.stubGlobal('fetch', resolving);
      await open({ url: '/api/events' });
      await expect(open({ url: 'ftp://127.0.0.1/' })).rejects.toMatchObject({ kind: 'invalid' });
      expect(server.requests).toMatchObject([{ url: '/api/events' }]);
    });

    test('may be lost on its way like any other', async () => {
      server.answer(cut);
      vi.stubGlobal('fetch', resolving);
      await expect(open({ url: '/api/events' })).rejects.toMatchObject({ kind: 'network' });
    });

    test('is never sent if its method is invalid', async () => {
      vi.stubGlobal('fetch', resolving);
      await expect(open({ url: '/api/events', method: 'TRACE' })).rejects.toMatchObject({ kind: 'invalid' });
      expect(server.requests).toEqual([]);
    });

    test.each([
      ['the global `fetch`', {}],
      ['a `fetch` of the app', { fetch: native }],
    ])('can never be sent where %s cannot resolve it', async (_, options) => {
      await expect(open({ url: '/api/events', ...options })).rejects.toMatchObject({
        kind: 'invalid',
        message: 'Invalid URL, method or header. On a server the URL must be absolute.',
        cause: { message: expect.stringContaining('/api/events') as unknown },
      });
    });
  });

  test('asks for an event stream, unless the app asks for something else', async () => {
    await open();
    await open({ headers: { Accept: 'text/event-stream;v=2' } });
    expect(server.requests.map(({ headers }) => headers.accept)).toEqual([
      'text/event-stream',
      'text/event-stream;v=2',
    ]);
  });

  test.each([
    ['7', 'later'],
    ['', 'first'],
  ])('with `resume` is the first one again where there is nothing to resume: "%s"', async (id, key) => {
    const headers = { 'x-key': 'first' };
    const transport = fetchTransport({ url: server.url, headers, resume: { headers: { 'x-key': 'later' } } });
    await transport({ lastEventId: '7', lastEventIdFor: () => id }, controller.signal);
    expect(server.requests).toMatchObject([{ headers: { 'x-key': key }, lastEventId: id }]);
  });

  test('that is a POST is not sent again where there is nothing to resume', async () => {
    const transport = fetchTransport({ url: server.url, method: 'POST', resume: {} });
    const opening = transport({ lastEventId: '7', lastEventIdFor: () => '' }, controller.signal);
    await expect(opening).rejects.toMatchObject({
      kind: 'invalid',
      unsent: true,
      message:
        "The URL leads elsewhere, where there is nothing to resume. To begin anew there, call `reconnect({ lastEventId: '' })`.",
    });
    expect(server.requests).toEqual([]);
  });

  test('says in UTF-8 after which ID to resume, in a header that can have another name', async () => {
    await open({}, 'żółć');
    await open({ lastEventIdHeader: "X-!#$%&'*+.^_`|~" }, '7');
    expect(server.requests[0]?.lastEventId).toBe('żółć');
    expect(server.requests[1]?.headers["x-!#$%&'*+.^_`|~"]).toBe('7');
  });

  test.each(['7', 'żółć', '\uFEFF7'])(
    'is answered in UTF-8 too: a server that resumes after "%s" has left nothing out',
    async (id) => {
      server.answer((response, request) => {
        response.setHeader('last-event-id', String(request.headers['last-event-id']));
        // Node writes the head in UTF-8, which it is already, if a text or nothing comes with it.
        body(Uint8Array.of(10))(response, request);
      });
      expect((await open({}, id)).resumedAfter).toBe(id);
    },
  );

  test.each([
    ['/events?room=a%20b&empty&sig=x%2By', '/events?room=a%20b&empty&sig=x%2By&after=a%26b'],
    ['/events?after=3#part', '/events?after=a%26b'],
    ['/events', '/events?after=a%26b'],
  ])('to %s says in the query too after which ID to resume, if it has a name there', async (path, asked) => {
    const url = new URL(path, server.url).href;
    await open({ url, lastEventIdParam: 'after' }, 'a&b');
    await open({ url, lastEventIdParam: 'after', lastEventIdHeader: false, headers: { 'x-a': 'b' } }, 'a&b');
    await open({ url }, 'a&b');
    await open({ url, lastEventIdParam: 'after' });
    const own = path.replace('#part', '');
    expect(server.requests.map(({ url, headers }) => [url, headers['last-event-id']])).toEqual([
      [asked, 'a&b'],
      [asked, undefined],
      [own, 'a&b'],
      [own, undefined],
    ]);
  });

  test('without a header for the ID may still be answered with the usual one', async () => {
    server.answer((response, request) => {
      response.setHeader('last-event-id', '3');
      body(':\n\n')(response, request);
    });
    const options = { lastEventIdHeader: false, lastEventIdParam: 'after' } as const;
    expect((await open(options, '7')).resumedAfter).toBe('3');
  });

  const asked = { 'last-event-id': 'usual', 'x-cursor': 'cursor', 'x-resumed': 'żółć' };
  test.each<[Partial<FetchTransportOptions>, string | undefined]>([
    [{}, 'usual'],
    [{ lastEventIdHeader: 'X-Cursor' }, 'cursor'],
    [{ resumedAfterHeader: 'X-Resumed' }, 'żółć'],
    [{ lastEventIdHeader: 'X-Cursor', resumedAfterHeader: 'Last-Event-ID' }, 'usual'],
    [{ lastEventIdHeader: false, resumedAfterHeader: 'X-Cursor' }, 'cursor'],
    [{ resumedAfterHeader: 'X-Other' }, undefined],
    [{ resumedAfterHeader: false }, undefined],
    [{ lastEventIdHeader: 'X-Cursor', resumedAfterHeader: false }, undefined],
  ])('with %o is answered with the ID %s', async (options, expected) => {
    server.answer((response, request) => {
      for (const [name, value] of Object.entries(asked))
        response.setHeader(name, Buffer.from(value).toString('latin1'));
      body(Uint8Array.of(10))(response, request); // as above
    });
    expect((await open(options, '7')).resumedAfter).toBe(expected);
    const { lastEventIdHeader = 'last-event-id' } = options;
    const { headers = {} } = server.requests[0] ?? {};
    expect(Object.keys(asked).filter((name) => name in headers)).toEqual(
      lastEventIdHeader === false ? [] : [lastEventIdHeader.toLowerCase()],
    );
  });

  test.each(['', 'a b', 7, true])(
    'has no header for the answer by the name of "%s"',
    (resumedAfterHeader) => {
      expect(() => open({ resumedAfterHeader: resumedAfterHeader as string })).toThrow(
        /^`resumedAfterHeader` must be the name of a header, or false, but it is /,
      );
    },
  );

  test.each(['', 'a b', 'a:', ':a', 'ż', 7])('has no header by the name of "%s"', (lastEventIdHeader) => {
    expect(() => open({ lastEventIdHeader: lastEventIdHeader as string })).toThrow(
      /^`lastEventIdHeader` must be the name of a header, or false, but it is /,
    );
  });

  test.each([
    ['GET', false],
    ['head', false],
    ['POST', true],
    ['FORGET', true],
    ['GETTER', true],
  ])('that is a %s may repeat an effect: %s', (method, unsafe) => {
    expect(fetchTransport({ url: server.url, method }).unsafe).toBe(unsafe);
  });

  test.each(['GET', 'get', 'HEAD'])('that is a %s has no body', (method) => {
    expect(() => open({ method, body: 'x' })).toThrow(
      new TypeError(`A \`body\` needs a \`method\` like 'POST', not '${method}'.`),
    );
    expect(() => fetchTransport({ url: server.url, method, body: null })).not.toThrow();
  });

  test('is not sent when the signal has aborted before', async () => {
    controller.abort();
    await expect(open()).rejects.toThrow();
    expect(server.requests).toEqual([]);
  });
});

import { JSDOM } from 'jsdom';
import { afterEach, expect, test, vi } from 'vitest';
import { eventSourceTransport, fetchTransport } from '../../index.ts';
import { createScriptedTransport } from '../../testing/index.ts';
import { listen, reached, server } from '../support/stepped-connection.ts';
import { until } from '../support/until.ts';

afterEach(() => vi.unstubAllGlobals());

/** As in React Native, and in old polyfills. */
class OldAbortController extends AbortController {
  constructor() {
    super();
    for (const name of ['throwIfAborted', 'reason'])
      Object.defineProperty(this.signal, name, { value: undefined });
  }
}

/** As in workerd at a compatibility date before `cache` was implemented. */
class OldRequest extends Request {
  constructor(url: string | URL, init: RequestInit = {}) {
    for (const name of ['cache', 'credentials']) {
      if (name in init)
        throw new Error(`The '${name}' field on 'RequestInitializerDict' is not implemented.`);
    }
    super(url, init);
  }
}

const headers = { 'x-api-key': 'key' };

test.each([{}, { headers }])(
  'a signal without `throwIfAborted` does for a request with %o',
  async (options) => {
    vi.stubGlobal('AbortController', OldAbortController);
    const { connection } = listen(options);
    await reached(connection, 'open');
    connection.close();
    await until(() => server.sockets.size === 0, 'the socket to be closed');
  },
);

test('a signal without `throwIfAborted` does for a transport that a test plays', async () => {
  vi.stubGlobal('AbortController', OldAbortController);
  const { transport, accept } = createScriptedTransport();
  const { connection } = listen({ transport });
  await accept();
  expect(connection.state.status).toBe('open');
});

test.each([
  ['fetchTransport', fetchTransport],
  ['eventSourceTransport', eventSourceTransport],
])('a signal without a `reason` is heeded by %s, and throws an error', async (_, make) => {
  const { signal, abort } = bound(new OldAbortController());
  const url = async () => {
    abort();
    return server.url;
  };
  await expect(make({ url })({ lastEventId: '' }, signal)).rejects.toThrow('Aborted.');
  expect(server.requests).toEqual([]);
});

test('a stream of `eventSourceTransport` whose signal has no `reason` ends with an error', async () => {
  const { signal, abort } = bound(new OldAbortController());
  class Played extends EventTarget {
    close = () => {};
  }
  const transport = eventSourceTransport({ url: '/', EventSource: Played as unknown as typeof EventSource });
  const opening = transport({ lastEventId: '' }, signal);
  await Promise.resolve().then(abort);
  await expect(opening).rejects.toThrow('Aborted.');
});

test('fields of a request that the runtime refuses are left out', async () => {
  vi.stubGlobal('Request', OldRequest);
  const inits = spyOnFetch();
  const { connection } = listen({ headers });
  await reached(connection, 'open');
  expect(inits.map((init) => ['cache' in init, 'credentials' in init])).toEqual([[false, false]]);
});

test('which fields a runtime refuses is asked once for all the requests of a transport', async () => {
  const probed: string[][] = [];
  class WatchedRequest extends OldRequest {
    constructor(url: string | URL, init: RequestInit = {}) {
      probed.push(Object.keys(init).filter((name) => name !== 'method'));
      super(url, init);
    }
  }
  vi.stubGlobal('Request', WatchedRequest);
  const inits = spyOnFetch();
  const { connection } = listen({ headers });
  await reached(connection, 'open');
  connection.reconnect();
  await until(() => server.requests.length === 2 && connection.state.status === 'open');
  expect(probed.filter((names) => names.length > 0)).toEqual([['credentials'], ['cache'], ['signal']]);
  expect(inits.map((init) => 'cache' in init)).toEqual([false, false]);
});

test('a signal of jsdom, which the `fetch` of Node refuses, neither stops the stream nor keeps it open', async () => {
  const { window } = new JSDOM();
  vi.stubGlobal('AbortController', window.AbortController);
  const { connection, received } = listen();
  await reached(connection, 'open');
  server.write('data: a\n\n');
  await until(() => received.length === 1);
  connection.close();
  await until(() => server.sockets.size === 0, 'the socket to be closed');
});

test('a runtime that has `fetch` and no `Request` is given all of them', async () => {
  vi.stubGlobal('Request', undefined);
  const inits = spyOnFetch();
  const { connection } = listen();
  await reached(connection, 'open');
  expect(inits).toMatchObject([{ cache: 'no-store', credentials: 'same-origin' }]);
});

test('a global event target without capturing, as in workerd, does not stop the connection', async () => {
  const target = new EventTarget();
  vi.stubGlobal(
    'addEventListener',
    (name: string, listener: () => void, options: AddEventListenerOptions) => {
      if (options.capture) throw new TypeError('addEventListener(): options.capture must be false.');
      target.addEventListener(name, listener, options);
    },
  );
  const { connection } = listen();
  await reached(connection, 'open');
});

test.each([
  ['workerd, which encodes the bytes of headers itself', { userAgent: 'Cloudflare-Workers' }, 'ä'],
  ['a browser that has the word in its name', { userAgent: 'Not Cloudflare-Workers' }, 'Ã¤'],
  ['a runtime without a navigator', undefined, 'Ã¤'],
])('an ID beyond ASCII is sent as UTF-8 by %s', async (_, navigator, sent) => {
  vi.stubGlobal('navigator', navigator);
  const asked: (string | null)[] = [];
  const transport = fetchTransport({
    url: server.url,
    fetch: async (_url, init) => {
      asked.push(new Headers(init?.headers).get('last-event-id'));
      return new Response('', { headers: { 'content-type': 'text/event-stream' } });
    },
  });
  await transport({ lastEventId: 'ä' }, new AbortController().signal);
  expect(asked).toEqual([sent]);
});

/** Keeps what the global `fetch` is given. */
function spyOnFetch() {
  const { fetch } = globalThis;
  const inits: RequestInit[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    inits.push(init);
    return fetch(url, init);
  });
  return inits;
}

function bound(controller: AbortController) {
  return { signal: controller.signal, abort: () => controller.abort() };
}

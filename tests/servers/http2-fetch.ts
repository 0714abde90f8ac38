import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';

/** As much of `fetch` as a connection needs, over HTTP/2: the one of Node speaks HTTP/1.1 only. */
export function createHttp2Fetch(certificate: string): typeof fetch & { close(): void } {
  const sessions = new Map<string, ClientHttp2Session>();

  function sessionFor(origin: string): ClientHttp2Session {
    const known = sessions.get(origin);
    if (known && !known.closed && !known.destroyed) return known;
    const session = connect(origin, { ca: certificate });
    // Each request hears of it by itself.
    session.on('error', () => undefined);
    session.on('goaway', () => session.close());
    sessions.set(origin, session);
    return session;
  }

  async function http2Fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const { origin, pathname, search } = new URL(request.url);
    const body = request.body && (await request.text());
    request.signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const exchange = sessionFor(origin).request({
        ...Object.fromEntries(request.headers),
        ':method': request.method,
        ':path': pathname + search,
      });
      const abort = () => exchange.destroy(request.signal.reason);
      request.signal.addEventListener('abort', abort);
      exchange.once('close', () => {
        request.signal.removeEventListener('abort', abort);
        reject(new TypeError('fetch failed'));
      });
      exchange.once('error', (cause) => reject(new TypeError('fetch failed', { cause })));
      exchange.once('response', (headers) => resolve(responseOf(headers, exchange)));
      exchange.end(body ?? undefined);
    });
  }

  return Object.assign(http2Fetch, {
    close() {
      for (const session of sessions.values()) session.destroy();
    },
  });
}

function responseOf(headers: IncomingHttpHeaders, exchange: NodeJS.ReadableStream & Closable): Response {
  const status = Number(headers[':status']);
  const plain = Object.entries(headers).filter(([name]) => !name.startsWith(':'));
  const given = plain.map(([name, value]): [string, string] => [name, String(value)]);
  if (status === 204) return new Response(null, { status, headers: given });

  let isOver = false;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      function end(finish: () => void): void {
        if (!isOver) finish();
        isOver = true;
      }
      exchange.on('data', (chunk: Buffer) => {
        if (!isOver) controller.enqueue(new Uint8Array(chunk));
      });
      exchange.once('end', () => end(() => controller.close()));
      exchange.once('error', (error) => end(() => controller.error(error)));
      // A session that is lost closes its streams without an end.
      exchange.once('close', () => end(() => controller.error(new TypeError('terminated'))));
    },
    cancel() {
      isOver = true;
      exchange.destroy();
    },
  });
  return new Response(body, { status, headers: given });
}

interface Closable {
  destroy(): void;
}

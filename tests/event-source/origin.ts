import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer that a test asks for in the URL. */
export interface Answer {
  /** @default 200 */
  readonly status?: number;
  /** `null` for no content type. @default 'text/event-stream' */
  readonly type?: string | null;
  /** Beside those of CORS, which they overwrite; `null` takes one away. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: string;
  /** Leaves the stream open. */
  readonly isEndless?: boolean;
}

/** Of a preflight, and of what no test asked for. */
const nothing: Answer = { status: 204, type: null };

/** A request as the origin has seen it. */
export interface SeenRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * A real origin that answers as each address says: `/<name>?plan=<answers as JSON>`. The first request gets the first
 * answer; what follows the last one gets 204. `/seen/<name>` tells the requests. It takes no part in CORS but that it
 * allows everything.
 */
export async function startOrigin(): Promise<{ readonly url: string } & AsyncDisposable> {
  const requests = new Map<string, SeenRequest[]>();

  const server = createServer(({ url = '', method = '', headers }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const seenOf = /^\/seen(\/.*)/.exec(pathname)?.[1];
    const allowed: Record<string, string> = {
      'access-control-allow-origin': headers.origin ?? '*',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'last-event-id',
    };
    if (seenOf !== undefined) {
      response.writeHead(200, allowed).end(JSON.stringify(requests.get(seenOf) ?? []));
      return;
    }
    const seen = requests.get(pathname) ?? [];
    requests.set(pathname, [...seen, { method, headers }]);
    const answers: Answer[] = JSON.parse(searchParams.get('plan') ?? '[]');
    const made = seen.filter((one) => one.method !== 'OPTIONS').length;
    const answer = (method !== 'OPTIONS' && answers[made]) || nothing;
    const { status = 200, type = 'text/event-stream', body = '', isEndless = false } = answer;
    const given: Answer['headers'] = { ...allowed, 'content-type': type, ...answer.headers };
    for (const [name, value] of Object.entries(given)) if (value !== null) response.setHeader(name, value);
    // Firefox opens a stream with the first byte of its body. An empty line says nothing.
    response.writeHead(status).write(body || (isEndless ? '\n' : ''));
    if (!isEndless) response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

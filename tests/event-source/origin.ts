import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** An answer that a test asks for in the URL. */
export interface Answer {
  /** @default 200 */
  readonly status?: number;
  /** `null` for no content type. @default 'text/event-stream' */
  readonly type?: string | null;
  /** Beside those of CORS, which they overwrite; `null` takes one away. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: string;
  /** How many times the body comes. @default 1 */
  readonly times?: number;
  /** More of the body: bytes as characters, each string in a packet of its own. */
  readonly packets?: readonly string[];
  /** Leaves the stream open. */
  readonly isEndless?: boolean;
  /** Cuts the socket instead of an answer. */
  readonly isCut?: boolean;
  /** Does not answer. */
  readonly isSilent?: boolean;
}

/** Of a preflight, and of what no test asked for. */
const nothing: Answer = { status: 204, type: null };

/** A request as the origin has seen it. */
export interface SeenRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Its socket is still there. */
  readonly isOpen: boolean;
}

/**
 * A real origin that answers as each address says: `/<name>?plan=<answers as JSON>`. The first request gets the first
 * answer; what follows the last one gets 204. `/seen/<name>` tells the requests. It takes no part in CORS but that it
 * allows everything. `/circle` redirects to itself.
 */
export async function startOrigin(): Promise<{ readonly url: string } & AsyncDisposable> {
  const requests = new Map<string, (SeenRequest & { isOpen: boolean })[]>();
  const sockets = new Map<string, Socket[]>();

  const server = createServer(async (request, response) => {
    const { url = '', method = '', headers } = request;
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const seenOf = /^\/seen(\/.*)/.exec(pathname)?.[1];
    const allowed: Record<string, string> = {
      'access-control-allow-origin': headers.origin ?? '*',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'last-event-id, authorization, content-type, x-key',
      'access-control-allow-methods': 'GET, POST, PUT',
      'access-control-expose-headers': 'retry-after, date, last-event-id, x-session',
    };
    const cutAt = /^\/cut(\/.*)/.exec(pathname)?.[1] ?? '';
    for (const socket of sockets.get(cutAt) ?? []) socket.destroy();
    if (cutAt) {
      response.writeHead(200, allowed).end();
      return;
    }
    if (seenOf !== undefined) {
      response.writeHead(200, allowed).end(JSON.stringify(requests.get(seenOf) ?? []));
      return;
    }
    if (pathname === '/circle') {
      response.writeHead(302, { ...allowed, location: url }).end();
      return;
    }
    let sent = '';
    for await (const chunk of request.setEncoding('utf8')) sent += chunk;
    const seen = requests.get(pathname) ?? [];
    const one = { method, headers, body: sent, isOpen: true };
    requests.set(pathname, [...seen, one]);
    sockets.set(pathname, [...(sockets.get(pathname) ?? []), request.socket]);
    response.once('close', () => Object.assign(one, { isOpen: false }));
    const answers: Answer[] = JSON.parse(searchParams.get('plan') ?? '[]');
    const made = seen.filter((one) => one.method !== 'OPTIONS').length;
    const answer = (method !== 'OPTIONS' && answers[made]) || nothing;
    if (answer.isCut) request.socket.destroy();
    if (answer.isCut || answer.isSilent) return;
    const { status = 200, type = 'text/event-stream', body = '', times = 1, packets = [] } = answer;
    const given: Answer['headers'] = { ...allowed, 'content-type': type, ...answer.headers };
    for (const [name, value] of Object.entries(given)) if (value !== null) response.setHeader(name, value);
    // Firefox opens a stream with the first byte of its body. An empty line says nothing.
    const first = answer.isEndless && packets.length === 0 ? '\n' : '';
    response.writeHead(status).write(body.repeat(times) || first);
    for (const packet of packets) {
      // A packet that follows at once would be read with the one before.
      await new Promise((resolve) => setTimeout(resolve, 20));
      response.write(packet, 'latin1');
    }
    if (!answer.isEndless) response.end();
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

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { listenAnywhere, listenAt } from '../support/ports.ts';

/** A request for a stream, as the server has seen it. */
export interface Visit {
  /** In ms of `performance.now()`. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly answer: ServerResponse;
}

/** Answers a visit; all of its address before it are given, and itself as the last one. */
export type Play = (visits: readonly Visit[], visit: Visit) => void;

/** Plays the faults, counts the requests, and serves the pages. Every address `<name>.localhost` is an origin of its own. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  /** Begins to play at an address. The requests are of its streams; preflights are counted apart. */
  play(
    name: string,
    play: Play,
  ): { readonly visits: readonly Visit[]; readonly preflights: readonly string[] };
  /** Closes the port, and every socket with it. */
  close(): Promise<void>;
  /** Opens the same port again. */
  listen(): Promise<void>;
}

export async function startServer(files: ReadonlyMap<string, string>): Promise<Server> {
  const plays = new Map<
    string,
    { readonly play: Play; readonly visits: Visit[]; readonly preflights: string[] }
  >();

  const server = createServer(async (request, answer) => {
    const { method = '', url: path = '', headers } = request;
    const at = performance.now();
    const file = files.get(path.split('?')[0] ?? '');
    if (file !== undefined) {
      answer.writeHead(200, { 'content-type': path.endsWith('.js') ? 'text/javascript' : 'text/html' });
      answer.end(file);
      return;
    }
    const played = plays.get(headers.host?.split('.')[0] ?? '');
    for (const [name, value] of Object.entries(allowed(headers))) answer.setHeader(name, value);
    if (method === 'OPTIONS') played?.preflights.push(path);
    if (method === 'OPTIONS' || !played) {
      answer.writeHead(method === 'OPTIONS' ? 204 : 404).end();
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const visit = { at, method, path, headers, body, answer };
    played.visits.push(visit);
    played.play(played.visits, visit);
  });

  const port = await listenAnywhere(server, '127.0.0.1');

  async function close(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  return {
    port,
    play(name, play) {
      const visits: Visit[] = [];
      const preflights: string[] = [];
      plays.set(name, { play, visits, preflights });
      return { visits, preflights };
    },
    close,
    listen: () => listenAt(server, port, '127.0.0.1'),
    [Symbol.asyncDispose]: close,
  };
}

/** Of CORS, everything. No connection is kept: Chromium sends a request again by itself where a kept one breaks. */
function allowed({ origin }: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return {
    connection: 'close',
    'access-control-allow-origin': origin ?? '*',
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, cache-control, content-type, last-event-id',
    'access-control-expose-headers': 'retry-after, last-event-id',
  };
}

/** Accepts, and begins the stream with these messages. One of tRPC begins with an event of its own. */
export function accept({ path, answer }: Visit, messages = '', connected: object = {}): void {
  answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  answer.flushHeaders();
  const isTrpc = path.startsWith('/trpc/');
  answer.write(`${isTrpc ? `event: connected\ndata: ${JSON.stringify(connected)}\n\n` : ''}${messages}`);
}

export function refuse(
  { answer }: Visit,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  answer.writeHead(status, headers).end();
}

export function drop({ answer }: Visit): void {
  answer.socket?.destroy();
}

/** A message that each of the clients can read: TanStack AI takes events of its own, as JSON, and nothing else. */
export function message(value: number, { id = false, event = '' } = {}): string {
  const data = JSON.stringify({ type: 'CUSTOM', name: 'count', value });
  return `${event && `event: ${event}\n`}${id ? `id: ${value}\n` : ''}data: ${data}\n\n`;
}

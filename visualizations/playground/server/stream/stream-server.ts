import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { TabCounts } from '../../protocol/tab-counts.ts';
import { isForeign, isForLoopback } from '../guard.ts';
import { decoded, urlOf } from '../http.ts';
import { closeServer, listenFrom, listenOn } from '../listen.ts';
import { type Client, createClient, lostBlock } from './client.ts';
import type { EventLog } from './event-log.ts';
import type { Pace } from './pace.ts';
import { createTokens, type Tokens } from './tokens.ts';

/** A request for the stream, and the answers that it can get. */
export interface Exchange {
  /** The name that the client gave itself, to be counted by (`/events/React`). */
  readonly client: string;
  /** It brings a token that is good. */
  readonly authorized: boolean;
  /** The ID to resume after; empty when there is none. */
  readonly lastEventId: string;
  /** Whether a stream of the same name is open. */
  hasStream(): boolean;
  accept(): Client;
  /** Accepts, and ends the stream before anything has come on it. */
  acceptAndEnd(): void;
  /** Sends nothing, not even headers, for this many milliseconds; nothing at all if the client has gone by then. */
  later(milliseconds: number, act: () => void): void;
  refuse(status: number, headers?: Record<string, string>, body?: string): void;
}

/** The server of the event stream: what is asked of it, and what a fault can do to it. */
export interface StreamServer {
  listen(port: number): Promise<number>;
  close(): Promise<void>;
  /** Stops listening: whoever connects is refused by the system. */
  shut(): void;
  reopen(): void;
  readonly clients: ReadonlySet<Client>;
  readonly tokens: Tokens;
  /** The requests and the streams of the clients of a name. */
  countsOf(client: string): TabCounts;
  /** The bytes that were sent and received on the sockets of this server. */
  traffic(): { sent: number; received: number };
}

export interface StreamServerOptions {
  readonly log: EventLog;
  readonly pace: Pace;
  /** Whether the pages of an origin may read the stream. @default none may */
  readonly isReader?: (origin: string) => boolean;
  /** Answers in place of the server; false lets it answer itself. */
  readonly intercept: (exchange: Exchange) => boolean;
}

export function createStreamServer({
  log,
  pace,
  isReader = () => false,
  intercept,
}: StreamServerOptions): StreamServer {
  const clients = new Set<Client>();
  /**
   * Clients that get their events together with the keep-alives, because a thousand would keep a core busy otherwise.
   */
  const batched = new WeakSet<Client>();
  const tokens = createTokens();
  const requests = new Map<string, number>();
  const gone = { sent: 0, received: 0 };
  const sockets = new Set<IncomingMessage['socket']>();
  let port = 0;
  /** Closing and listening wait for each other, however fast the console is used. */
  let turn: Promise<unknown> = Promise.resolve();

  const server = createServer((request, response) => {
    const { pathname, searchParams } = urlOf(request);
    const [, path, client = 'unnamed'] = pathname.split('/');
    const { origin } = request.headers;
    response.setHeader('Vary', 'Origin');
    if (origin !== undefined && isReader(origin)) {
      response.setHeader('Access-Control-Allow-Origin', origin);
      for (const [name, value] of Object.entries(crossOriginHeaders)) response.setHeader(name, value);
    }
    response.on('error', () => {}); // a client that is gone is not news
    if (!isForLoopback(request)) response.writeHead(421).end('Not the host of this server.\n');
    else if (isForeign(request, isReader)) response.writeHead(403).end('Not from another site.\n');
    else if (request.method === 'OPTIONS') response.writeHead(204).end();
    else if (path !== 'events') response.writeHead(404).end('The stream is at /events.\n');
    else if (request.method !== 'GET') response.writeHead(405, { Allow: 'GET' }).end();
    else {
      countRequest(decoded(client));
      const exchange = exchangeOf(request, response, { client, query: searchParams });
      if (!intercept(exchange)) exchange.accept();
    }
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      gone.sent += socket.bytesWritten;
      gone.received += socket.bytesRead;
    });
  });
  const keepAlive = setInterval(() => {
    for (const client of clients) {
      if (batched.has(client)) client.pump();
      client.keepAlive();
    }
  }, pace.keepAlive);
  const forgetLog = log.onAppend(() => {
    for (const client of clients) if (!batched.has(client)) client.pump();
  });

  /** Keeps the latest names, because each load of a page brings a new one. */
  function countRequest(client: string): void {
    const count = (requests.get(client) ?? 0) + 1;
    requests.delete(client);
    requests.set(client, count);
    const [oldest] = requests.keys();
    if (requests.size > mostNames && oldest !== undefined) requests.delete(oldest);
  }

  function exchangeOf(
    request: IncomingMessage,
    response: ServerResponse,
    { client: name, query }: { client: string; query: URLSearchParams },
  ): Exchange {
    const own = decoded(name);
    const lastEventId = lastEventIdOf(request, query);
    return {
      client: own,
      authorized: tokens.isValid(bearerOf(request)),
      lastEventId,
      hasStream: () => [...clients].some((client) => client.name === own),
      accept() {
        const { cursor, replayed, lost, unknown } = log.resumeAfter(lastEventId);
        response.writeHead(200, {
          ...streamHeaders,
          'X-Replayed': replayed,
          ...(lost > 0 && { 'X-Replay-Lost': lost }),
          ...(unknown && { 'X-Replay-Unknown-Id': 'true' }),
        });
        response.write(':\n\n'); // Firefox opens a stream with the first byte of its body
        if (pace.retry !== undefined) response.write(`retry: ${pace.retry}\n\n`);
        if (lost > 0) response.write(lostBlock(lost));
        const client = createClient(response, { name: own, log, start: cursor });
        clients.add(client);
        if (query.has('batched')) batched.add(client);
        response.on('close', () => clients.delete(client));
        client.pump();
        return client;
      },
      acceptAndEnd() {
        response.writeHead(200, streamHeaders).end();
      },
      later(milliseconds, act) {
        const timer = setTimeout(() => {
          response.off('close', cancel);
          act();
        }, milliseconds);
        const cancel = () => clearTimeout(timer);
        response.on('close', cancel);
      },
      refuse(status, headers = {}, body = '') {
        response.writeHead(status, headers).end(body);
      },
    };
  }

  return {
    clients,
    tokens,
    countsOf: (name) => ({
      requests: requests.get(name) ?? 0,
      streams: [...clients].filter((client) => client.name === name).length,
    }),
    async listen(wanted) {
      port = await listenFrom(server, wanted);
      return port;
    },
    shut() {
      turn = turn.then(() => closeServer(server));
    },
    reopen() {
      turn = turn
        .then(() => listenOn(server, port))
        .catch((cause) => {
          console.error(`The event stream cannot have its port ${port} back.`, cause);
        });
    },
    async close() {
      clearInterval(keepAlive);
      forgetLog();
      await turn;
      await closeServer(server);
    },
    traffic() {
      const total = { ...gone };
      for (const socket of sockets) {
        total.sent += socket.bytesWritten;
        total.received += socket.bytesRead;
      }
      return total;
    },
  };
}

/** So many names of clients are counted. */
const mostNames = 100;

const streamHeaders = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };

/**
 * The headers that the page needs, which is of another origin by its port. `Last-Event-ID` costs a preflight, and `Retry-After` cannot be read unless
 * it is exposed.
 */
const crossOriginHeaders = {
  'Access-Control-Allow-Headers': 'Authorization, Last-Event-ID',
  'Access-Control-Expose-Headers': 'Retry-After, X-Replayed, X-Replay-Lost, X-Replay-Unknown-Id',
};

/** The header is UTF-8 that Node reads as Latin-1; the IDs here are ASCII. */
function lastEventIdOf({ headers }: IncomingMessage, query: URLSearchParams): string {
  return headers['last-event-id']?.toString() ?? query.get('lastEventId') ?? '';
}

function bearerOf({ headers }: IncomingMessage): string {
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
}

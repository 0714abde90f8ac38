import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { listenAnywhere, listenAt } from './ports.ts';

/** One request as the server saw it. */
export interface SeenRequest {
  /** Milliseconds on the monotonic clock. */
  readonly at: number;
  readonly method: string;
  readonly url: string;
  readonly lastEventId: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers one request, or returns another answer that does. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => unknown;

/** A real HTTP server whose answers a test writes. */
export interface SseServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** How many times a browser asked whether it may send a request. */
  readonly preflights: number;
  /** The sockets that are open. */
  readonly sockets: ReadonlySet<Socket>;
  /** The streams that are open. */
  readonly streams: ReadonlySet<ServerResponse>;
  /** How the requests from now on are answered; the last answer serves all that follow. */
  answer(...answers: Answer[]): void;
  /** Appends an event to the log and sends it to every open stream. */
  publish(data: string, event?: string): void;
  /** Writes to every open stream. */
  write(text: string | Uint8Array): void;
  /** Ends every open stream as a server does that has finished. */
  end(): void;
  /** Cuts every socket, as a server does that is killed. */
  drop(): void;
  /** Refuses connections until {@link listen}. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
}

const streamHead = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };

/** The headers that let a page of another origin send the last event ID, and see `Retry-After`. */
const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*, authorization, last-event-id',
  'access-control-allow-methods': '*',
  'access-control-expose-headers': 'retry-after, date, last-event-id',
  'access-control-max-age': '600',
};

/** Accepts the stream and sends what the log has after the client's last event ID. */
export const stream: Answer = (response) => response.writeHead(200, streamHead).flushHeaders();

/** The same, without the opening that the server gives its streams. */
export const silentStream: Answer = (response) => stream(response, response.req);

/** Closes the socket after the answer: a test that waits for it to be closed need not wait for it to be idle. */
const last = { connection: 'close' };

/** Answers with a status and no stream. */
export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(code, { ...last, ...headers }).end();
}

/** Accepts the stream, sends the parts and ends. */
export function body(...parts: (string | Uint8Array)[]): Answer {
  return (response) => {
    response.writeHead(200, { ...last, ...streamHead });
    for (const part of parts) response.write(part);
    response.end();
  };
}

/** Takes the request and does not answer. */
export const stall: Answer = () => {};

/** Cuts the socket before it answers. */
export const cut: Answer = (_, request) => request.socket.destroy();

export interface SseServerOptions {
  /** The first thing on every stream. Left out, a stream starts silent. */
  readonly opening?: string;
}

export async function startSseServer({ opening }: SseServerOptions = {}): Promise<SseServer> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const streams = new Set<ServerResponse>();
  const log: string[] = [];
  let answers: Answer[] = [stream];
  let port = 0;
  let preflights = 0;

  const server = createServer(async (request, response) => {
    for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
    if (request.method === 'OPTIONS') {
      preflights += 1;
      // A server that never heard of the header by which streams are resumed.
      if (request.url?.includes('strict')) response.removeHeader('access-control-allow-headers');
      response.writeHead(204).end();
      return;
    }
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const header = Buffer.from(String(request.headers['last-event-id'] ?? ''), 'latin1').toString('utf8');
    const lastEventId = header || (query.get('lastEventId') ?? '');
    requests.push({
      at: performance.now(),
      method: request.method ?? '',
      url: request.url ?? '',
      lastEventId,
      headers: request.headers,
      body: text,
    });
    let answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? stream;
    for (let next: unknown = answer; typeof next === 'function'; next = next(response, request)) {
      answer = next as Answer;
    }
    if (answer !== stream && answer !== silentStream) return;
    streams.add(response);
    response.on('close', () => streams.delete(response));
    if (opening && answer === stream) response.write(opening);
    for (const entry of log.slice(Number(lastEventId) || 0)) response.write(entry);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  async function listen(): Promise<void> {
    if (port === 0) port = await listenAnywhere(server, '127.0.0.1');
    else await listenAt(server, port, '127.0.0.1');
  }

  async function refuse(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    drop();
    await closed;
  }

  function drop(): void {
    for (const socket of sockets) socket.destroy();
  }

  function write(text: string | Uint8Array): void {
    for (const response of streams) response.write(text);
  }

  await listen();
  return {
    url: `http://127.0.0.1:${port}/events`,
    requests,
    get preflights() {
      return preflights;
    },
    sockets,
    streams,
    answer(...given) {
      answers = given;
    },
    publish(data, event) {
      const lines = data.split('\n').map((line) => `data: ${line}\n`);
      const entry = `${event ? `event: ${event}\n` : ''}id: ${log.length + 1}\n${lines.join('')}\n`;
      log.push(entry);
      write(entry);
    },
    write,
    end() {
      for (const response of streams) response.end();
    },
    drop,
    refuse,
    listen,
    [Symbol.asyncDispose]: refuse,
  };
}

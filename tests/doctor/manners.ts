import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createGzip } from 'node:zlib';
import { selfSigned } from './certificate.ts';

/** An event in the log of a server. */
export interface Entry {
  readonly number: number;
  readonly data: string;
}

/** The differences of a server from one that is right. Times are in milliseconds. */
export interface Manners {
  /** Headers of the stream that differ; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Answers a request otherwise, and returns whether it has. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly headersAfter?: number;
  /** The text that is sent first. */
  readonly greeting?: string;
  /** How often an event is published by itself; 0 for never. */
  readonly every?: number;
  /** How often a comment is sent; 0 for never. */
  readonly keepAlive?: number;
  readonly idOf?: (number: number, numberOnConnection: number) => string;
  readonly blockOf?: (entry: Entry, id: string) => string;
  readonly encode?: (text: string) => Uint8Array;
  /** Chooses the entries of the log that go to somebody who resumes. */
  readonly replay?: (log: readonly Entry[], after: number | undefined) => readonly Entry[];
  readonly takesQueryFirst?: boolean;
  /** Whether it sends what came before it listened with the next event. */
  readonly catchesUp?: boolean;
  /** How long after reading its log it listens for more. */
  readonly listenAfter?: number;
  /** How many bytes are collected before they leave. */
  readonly hold?: number;
  readonly gzip?: 'held' | 'flushed';
  /** How long a stream lasts, and how it is over then. */
  readonly lasts?: number;
  readonly over?: 'ended' | 'cut';
  /** How many streams it allows, and the answer to those beyond; 0 is none. */
  readonly limit?: number;
  readonly beyond?: number;
  readonly isForgetful?: boolean;
  readonly tls?: 'h2' | 'http/1.1';
}

export interface MannerlyServer extends AsyncDisposable {
  readonly url: string;
  readonly origin: string;
  readonly requests: readonly { readonly method: string; readonly headers: OutgoingHttpHeaders }[];
  /** The streams that it believes to be open. */
  readonly streams: number;
  publish(): void;
}

const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

const cors = {
  'access-control-allow-origin': 'https://app.example.com',
  'access-control-allow-credentials': 'true',
  'access-control-allow-headers': 'authorization, last-event-id',
  'access-control-expose-headers': 'retry-after, last-event-id',
};

/** Starts a server that is right, but for its manners. */
export async function startServer(manners: Manners = {}): Promise<MannerlyServer> {
  const {
    headers = {},
    answer = () => false,
    headersAfter = 0,
    greeting = ':\n\n',
    every = 40,
    keepAlive = 100,
    idOf = String,
    blockOf = ({ data }, id) => `${id === '' ? '' : `id: ${id}\n`}data: ${data}\n\n`,
    encode = (text) => Buffer.from(text),
    replay = (log, after) => (after === undefined ? [] : log.slice(after)),
    listenAfter = 0,
    hold = 0,
    lasts = Infinity,
    over = 'ended',
    limit = Infinity,
    beyond = 409,
    isForgetful = false,
  } = manners;
  const log: Entry[] = [];
  const listeners = new Set<(entry: Entry) => void>();
  const sockets = new Set<Socket>();
  const requests: { method: string; headers: OutgoingHttpHeaders }[] = [];
  let open = 0;

  function publish(): void {
    const entry = { number: log.length + 1, data: JSON.stringify({ text: `ü ${log.length + 1}` }) };
    log.push(entry);
    for (const listener of listeners) listener(entry);
  }
  publish();
  const ticking = every > 0 ? setInterval(publish, every) : undefined;

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push({ method: request.method ?? '', headers: request.headers });
    const given = Object.entries({ ...streamHeaders, ...cors, ...headers });
    for (const [name, value] of given) if (value !== undefined) response.setHeader(name, value);
    if (answer(request, response)) return;
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (request.method === 'HEAD') return void response.end();
    if (open >= limit) {
      if (beyond > 0) response.writeHead(beyond, { 'content-type': 'text/plain' }).end();
      return;
    }
    open += 1;
    const stopped = new AbortController();
    response.on('close', () => {
      if (!isForgetful) open -= 1;
      stopped.abort();
    });
    await after(headersAfter);
    const write = writerOf(manners, request, response, hold);
    let numberOnConnection = 0;
    const send = (entry: Entry) => {
      numberOnConnection += 1;
      write(encode(blockOf(entry, idOf(entry.number, numberOnConnection))));
    };
    write(encode(greeting));
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const ways = [request.headers['last-event-id'], query.get('lastEventId')];
    const [asked] = (manners.takesQueryFirst ? ways.reverse() : ways).filter((id) => typeof id === 'string');
    const position =
      asked === undefined ? undefined : log.findIndex(({ number }) => idOf(number, number) === asked) + 1;
    for (const entry of replay(log, position)) send(entry);
    let read = log.length;
    const listener = (entry: Entry) => {
      const missed = manners.catchesUp ? log.slice(read, entry.number - 1) : [];
      for (const one of [...missed, entry]) send(one);
      read = entry.number;
    };
    await after(listenAfter);
    listeners.add(listener);
    stopped.signal.addEventListener('abort', () => listeners.delete(listener));
    if (stopped.signal.aborted) listeners.delete(listener);
    const beating = keepAlive > 0 ? setInterval(() => write(encode(':\n\n')), keepAlive) : undefined;
    stopped.signal.addEventListener('abort', () => clearInterval(beating));
    if (lasts === Infinity) return;
    await after(lasts);
    if (over === 'ended') response.end();
    else request.socket.destroy();
  }

  const listener: RequestListener = (request, response) => void respond(request, response);
  const server =
    manners.tls === 'h2'
      ? createSecureServer({ ...selfSigned, allowHTTP1: true }, listener as never)
      : manners.tls
        ? createHttpsServer(selfSigned, listener)
        : createServer(listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `${manners.tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/events`,
    origin,
    requests,
    get streams() {
      return open;
    },
    publish,
    async [Symbol.asyncDispose]() {
      clearInterval(ticking);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function writerOf(
  { gzip }: Manners,
  request: IncomingMessage,
  response: ServerResponse,
  hold: number,
): (bytes: Uint8Array) => void {
  if (gzip && String(request.headers['accept-encoding']).includes('gzip')) {
    response.writeHead(200, { 'content-encoding': 'gzip' }).flushHeaders();
    const packer = createGzip();
    packer.pipe(response);
    return (bytes) => {
      packer.write(bytes);
      if (gzip === 'flushed') packer.flush();
    };
  }
  response.writeHead(200);
  response.flushHeaders();
  let held = Buffer.alloc(0);
  return (bytes) => {
    held = Buffer.concat([held, bytes]);
    if (held.length < hold) return;
    const size = hold === 0 ? held.length : held.length - (held.length % hold);
    response.write(held.subarray(0, size));
    held = held.subarray(size);
  };
}

function after(ms: number): Promise<void> | undefined {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;
}

/** Answers every request with a status. */
export function refuse(status: number, headers: Record<string, string> = {}): NonNullable<Manners['answer']> {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end('no');
    return true;
  };
}

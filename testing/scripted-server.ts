/// <reference lib="esnext.disposable" preserve="true" />

import { corsHeaders, preflightHeaders } from './cors.ts';
import { asBytes, askedAfter } from './head.ts';
import { type NodeRequest, type NodeResponse, type NodeServer, nodeHttp } from './node-http.ts';
import { createScript, type Exchange, type Script } from './script.ts';
import type { ScriptedPeer, ScriptedPeerOptions, ScriptedRequest } from './scripted.ts';

/** How a {@link ScriptedServer} is set up. */
export interface ScriptedServerOptions extends ScriptedPeerOptions {
  /** @default 0, for any port that is free */
  readonly port?: number | undefined;
  /** The name or the address to listen at. @default '127.0.0.1' */
  readonly host?: string | undefined;
}

/**
 * A real HTTP server that a test plays, open to pages of every origin. It answers whatever the path and the method,
 * and takes the last event ID from the header, or from the query parameter `lastEventId`.
 *
 * A verb resolves when what it sends has left for the client: what the client makes of it is still to be waited for. A
 * stream begins with a comment, and the socket of WebKit is reset by `drop()`: see `docs/browsers.md`.
 */
export interface ScriptedServer extends ScriptedPeer, AsyncDisposable {
  /** Where a stream can be asked for, as in `http://127.0.0.1:49152/events`. */
  readonly url: string;
  /**
   * How many sockets carry a request, or did and are not closed yet. No socket is kept alive for another request, nor
   * does one count that a browser has opened in advance: what is left here when a test is over was leaked.
   */
  readonly openSockets: number;
  /** Cuts every socket and listens no more. Verbs that wait for a request reject. */
  close(): Promise<void>;
}

/**
 * Starts a server that a test plays. It needs Node.
 *
 * @example
 * ```ts
 * await using server = await createScriptedServer();
 * const connection = createConnection(server.url);
 * await server.accept();
 * await server.send('Hello');
 * await server.drop();
 * await vi.waitFor(() => expect(connection.state.status).toBe('backoff'));
 * ```
 * @throws TypeError when an option is not what it may be.
 * @throws Error where there is no Node, or when the port cannot be had.
 */
export async function createScriptedServer(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
  const { port = 0, host = '127.0.0.1' } = options;
  const script = createScript(options);
  const sockets = new Set<object>();
  const server = nodeHttp().createServer((request, response) => {
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      response.writeHead(204, preflightHeaders(request.headers)).end();
      return;
    }
    const { socket } = request;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    receive(script, request, response).catch(() => socket.destroy()); // it went away while it spoke
  });
  await listening(server, port, host);
  const address = server.address();
  const actualPort = typeof address === 'object' ? address?.port : port;

  async function close(): Promise<void> {
    script.close();
    const closed = new Promise<void>((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    sockets.clear(); // some tell only after the server that they are closed
  }

  return Object.defineProperties(script.peer, {
    url: {
      value: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}/events`,
      enumerable: true,
    },
    openSockets: { get: () => sockets.size, enumerable: true },
    close: { value: close },
    [Symbol.asyncDispose]: { value: close },
  }) as ScriptedServer;
}

async function receive(script: Script, request: NodeRequest, response: NodeResponse): Promise<void> {
  const encoder = new TextEncoder();
  const { socket, headers } = request;
  const cors = corsHeaders(headers);
  const seen = await requestOf(request, script.now);
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  const write = (text: string) =>
    Promise.race([closed, new Promise<void>((resolve) => response.write(encoder.encode(text), resolve))]);

  const exchange: Exchange = {
    request: seen,
    async accept(given, text) {
      const type = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };
      response.writeHead(200, { ...cors, ...type, ...asBytes(given) });
      // Firefox opens a stream with the first byte of its body, so that it begins with a comment.
      await write(`:\n\n${text}`);
      return true;
    },
    async refuse(status, given, body) {
      response.writeHead(status, { ...cors, ...asBytes(given) }).end(encoder.encode(body));
      await closed;
    },
    write,
    async end() {
      response.end();
      await closed;
    },
    async drop() {
      // WebKit takes a stream whose socket is closed for one that is over, and only a reset one for one that broke.
      if (isWebKit(headers['user-agent'])) socket.resetAndDestroy();
      else socket.destroy();
      await closed;
    },
  };
  response.once('close', () => script.leave(exchange));
  if (!socket.destroyed) script.arrive(exchange);
}

function isWebKit(userAgent: unknown): boolean {
  return /^(?!.*Chrome\/).*AppleWebKit\//.test(String(userAgent));
}

async function requestOf(request: NodeRequest, now: () => number): Promise<ScriptedRequest> {
  const { method = '', url = '' } = request;
  let body = '';
  for await (const text of request.setEncoding('utf8')) body += text;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value ?? '')]),
  );
  return { at: now(), lastEventId: askedAfter(url, headers), method, url, headers, body };
}

function listening(server: NodeServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    server.listen(port, host);
  });
}

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
  /** The host name or address to listen on. @default '127.0.0.1' */
  readonly host?: string | undefined;
}

/**
 * A real HTTP server that a test plays, open to pages of every origin. It answers every path and method, and takes
 * the last event ID from the header, or from the query parameter `lastEventId`.
 *
 * The promise of a verb resolves when the data were sent; the client may not have read them yet. A stream begins with
 * a comment, and `drop()` resets the socket of WebKit: see `docs/browsers.md`.
 */
export interface ScriptedServer extends ScriptedPeer, AsyncDisposable {
  /** The URL of a stream, such as `http://127.0.0.1:49152/events`. */
  readonly url: string;
  /**
   * How many open sockets carry a request, or have carried one. No socket is kept alive for another request, and one
   * that a browser opened in advance does not count. So a socket that is left when a test is over was leaked.
   */
  readonly openSockets: number;
  /** Cuts every socket and stops listening. Verbs that wait for a request reject. */
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
 * @throws TypeError when an option is invalid.
 * @throws Error where there is no Node, or when the port is not available.
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
    receive(script, request, response).catch(() => socket.destroy()); // the client went away while it sent its body
  });
  await listening(server, port, host);
  const address = server.address();
  const actualPort = typeof address === 'object' ? address?.port : port;

  async function close(): Promise<void> {
    script.close();
    const closed = new Promise<void>((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    sockets.clear(); // some sockets report `close` after the server does
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
      // Firefox opens a stream at the first byte of its body, so it begins with a comment.
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
      // For WebKit, a stream whose socket is closed has ended. Only a reset is a break.
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

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { json } from 'node:stream/consumers';
import { eventText, keepAliveText, kickedText, welcomeText } from './shared/events.ts';
import { openLog } from './shared/log.ts';
import { createStreams } from './shared/streams.ts';
import { crossOrigin, judge } from './shared/visitors.ts';

const port = Number(process.env['PORT'] ?? 8443);
const keepAlive = Number(process.env['KEEP_ALIVE'] ?? 15_000);
const log = openLog('events');
const streams = createStreams();

// Browsers speak HTTP/2 over TLS only. With it a page may have a hundred streams to an origin, where HTTP/1.1 has six
// connections for all tabs together.
const server = createSecureServer({
  key: readFileSync(process.env['TLS_KEY'] ?? 'key.pem'),
  cert: readFileSync(process.env['TLS_CERT'] ?? 'cert.pem'),
});

server.on('request', (request, response) => {
  // Trap: an error that nobody catches ends the process, and all streams with it.
  answer(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});

async function answer(request: Http2ServerRequest, response: Http2ServerResponse): Promise<unknown> {
  const url = URL.parse(request.url, 'https://localhost');
  if (!url) return response.writeHead(400).end();
  const { pathname, searchParams } = url;
  for (const [name, value] of Object.entries(crossOrigin(request.headers.origin))) {
    response.setHeader(name, value);
  }
  if (request.method === 'OPTIONS') return response.writeHead(204).end();
  const visitor = judge(request.headers.authorization, searchParams.get('token'));
  if ('status' in visitor) return response.writeHead(visitor.status, visitor.headers).end();

  if (pathname !== '/events') return response.writeHead(404).end();
  if (request.method === 'GET') return stream(request, response, visitor.user, searchParams);
  if (request.method === 'POST') return publish(request, response, searchParams);
  return response.writeHead(405, { Allow: 'GET, POST' }).end();
}

async function stream(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  user: string,
  query: URLSearchParams,
): Promise<void> {
  // The header wins over the query, which stays that of the first request, because EventSource keeps its URL.
  const after = log.startAfter(request.headers['last-event-id'] ?? query.get('lastEventId'));
  // No `Connection` header: HTTP/2 forbids it.
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    // no-transform: otherwise proxies compress, and collect events before they send them.
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    'Last-Event-ID': String(after),
  });
  response.write(welcomeText(after));

  const leaving = new AbortController();
  const leave = streams.enter(user, (why) => {
    if (why === 'kicked') response.write(kickedText);
    leaving.abort();
  });
  const alive = setInterval(() => response.write(keepAliveText), keepAlive);
  leaving.signal.addEventListener('abort', () => {
    clearInterval(alive);
    leave();
  });
  // Of the stream: the connection stays open for the others.
  response.once('close', () => leaving.abort());

  for await (const event of log.follow(after, leaving.signal)) {
    // Waits for a client that reads slowly: the log keeps what it misses meanwhile, so nothing piles up here.
    if (!response.write(eventText(event))) {
      await once(response, 'drain', { signal: leaving.signal }).catch(() => undefined);
    }
  }
  response.end();
}

async function publish(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  const body = await json(request).catch(() => undefined);
  if (body === undefined) return void response.writeHead(400).end();
  const { id } = log.append(query.get('event') ?? 'message', JSON.stringify(body));
  response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id }));
}

const sessions = new Set<ServerHttp2Session>();
server.on('session', (session) => {
  sessions.add(session);
  session.once('close', () => sessions.delete(session));
});

server.listen(port, () => console.log(`https://localhost:${port}/events`));

process.once('SIGTERM', () => {
  server.close();
  // Trap: `close` waits for every stream. Streams never end by themselves, so it would wait until somebody kills the
  // server.
  streams.endAll();
  // The clients hear that this connection takes no more streams, and it is closed when there is none on it.
  for (const session of sessions) session.close();
  // A client that does not read its stream does not see its end either.
  setTimeout(() => {
    for (const session of sessions) session.destroy();
  }, 300).unref();
});

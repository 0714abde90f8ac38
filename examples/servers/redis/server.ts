import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { keepAliveText, kickedText, welcomeText } from '../shared/events.ts';
import { createStreams } from '../shared/streams.ts';
import { crossOrigin, judge } from '../shared/visitors.ts';
import { createFeed } from './feed.ts';
import { openLog } from './log.ts';

// One of several processes, on any number of machines. The events and their IDs are in Redis, so each process can
// continue the streams of any other.
const port = Number(process.env['PORT'] ?? 8081);
const keepAlive = Number(process.env['KEEP_ALIVE'] ?? 15_000);
const kept = Number(process.env['EVENTS_KEPT'] ?? 100_000);
const log = openLog(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379', 'events', kept);
const feed = createFeed(log);
// Counts the streams of this process. A limit for all processes together has to be counted in Redis.
const streams = createStreams();

const server = createServer((request, response) => {
  // Trap: an error that nobody catches ends the process, and all streams with it.
  answer(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});
// Trap: nginx keeps its connections for 60 s, but Node closes them after 5, sometimes while a request is on its way:
// 502.
server.keepAliveTimeout = 65_000;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const url = URL.parse(request.url ?? '', 'http://localhost');
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
  request: IncomingMessage,
  response: ServerResponse,
  user: string,
  query: URLSearchParams,
): Promise<void> {
  // The header wins over the query, which stays that of the first request, because EventSource keeps its URL.
  const given = request.headers['last-event-id'] ?? query.get('lastEventId');
  const after = await feed.startAfter(given).catch(() => undefined);
  if (after === undefined) return unavailable(response);
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    // no-transform: otherwise proxies compress, and collect events before they send them.
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    // A client that named another ID knows from this header that events were trimmed that it has not seen.
    'Last-Event-ID': after,
    // Trap: while the server stops, it still takes requests on open connections: a client would come back at once, be
    // ended, and come back again.
    Connection: 'close',
  });
  // Trap: without it the headers are sent with the first write, and until then the client is still connecting.
  response.flushHeaders();
  response.write(welcomeText(after));

  const leave = streams.enter(user, (why) => {
    if (why === 'kicked') response.write(kickedText);
    response.end();
  });
  const alive = setInterval(() => {
    if (!response.writableEnded) response.write(keepAliveText);
  }, keepAlive);
  response.once('close', () => {
    clearInterval(alive);
    leave();
  });
  feed.follow(response, after);
}

async function publish(
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  const body = await json(request).catch(() => undefined);
  if (body === undefined) return void response.writeHead(400).end();
  const appended = log.append(query.get('event') ?? 'message', JSON.stringify(body));
  const id = await appended.catch(() => undefined);
  if (id === undefined) return unavailable(response);
  response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id }));
}

/** Redis is away. Streams that are open stay so, and go on when it is back. */
function unavailable(response: ServerResponse): void {
  response.writeHead(503, { 'Retry-After': '1' }).end();
}

process.once('SIGTERM', () => {
  server.close(() => void log.close());
  // Trap: `close` waits for every stream. Streams never end by themselves, so it would wait until somebody kills the
  // server.
  streams.endAll();
  // A client that does not read its stream does not see its end either.
  setTimeout(() => server.closeAllConnections(), 300).unref();
});

// Listens only once Redis is there, because the proxy leaves out a process that does not listen.
await feed.begun;
server.listen(port, () => console.log(`http://localhost:${port}/events`));

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { eventText, keepAliveText, kickedText, welcomeText } from './shared/events.ts';
import { openLog } from './shared/log.ts';
import { createStreams } from './shared/streams.ts';
import { crossOrigin, judge } from './shared/visitors.ts';

const port = Number(process.env['PORT'] ?? 8080);
const keepAlive = Number(process.env['KEEP_ALIVE'] ?? 15_000);
const log = openLog('events');
const streams = createStreams();

const server = createServer((request, response) => {
  // Trap: an error that nobody catches ends the process, and all streams with it.
  answer(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});

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
  const after = log.startAfter(request.headers['last-event-id'] ?? query.get('lastEventId'));
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    // no-transform: otherwise proxies compress, and collect events before they send them.
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    'Last-Event-ID': String(after),
    // Trap: while the server stops, it still takes requests on open connections: a client would come back at once, be
    // ended, and come back again.
    Connection: 'close',
  });
  // Trap: without it the headers are sent with the first write, and until then the client is still connecting.
  response.flushHeaders();
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
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  const body = await json(request).catch(() => undefined);
  if (body === undefined) return void response.writeHead(400).end();
  const { id } = log.append(query.get('event') ?? 'message', JSON.stringify(body));
  response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id }));
}

server.listen(port, () => console.log(`http://localhost:${port}/events`));

process.once('SIGTERM', () => {
  server.close();
  // Trap: `close` waits for every stream. Streams never end by themselves, so it would wait until somebody kills the
  // server.
  streams.endAll();
  // A client that does not read its stream does not see its end either.
  setTimeout(() => server.closeAllConnections(), 300).unref();
});

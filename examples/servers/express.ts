import { once } from 'node:events';
import express from 'express';
import { eventText, keepAliveText, kickedText, welcomeText } from './shared/events.ts';
import { openLog } from './shared/log.ts';
import { createStreams } from './shared/streams.ts';
import { crossOrigin, judge } from './shared/visitors.ts';

const port = Number(process.env['PORT'] ?? 8080);
const keepAlive = Number(process.env['KEEP_ALIVE'] ?? 15_000);
const log = openLog('events');
const streams = createStreams();
const app = express();

app.use((request, response, next) => {
  response.set(crossOrigin(request.get('Origin')));
  if (request.method === 'OPTIONS') return void response.sendStatus(204);
  const visitor = judge(request.get('Authorization'), request.query['token']);
  if ('status' in visitor) return void response.status(visitor.status).set(visitor.headers).end();
  response.locals['user'] = visitor.user;
  next();
});

app.get('/events', async (request, response) => {
  // The header wins over the query, which stays that of the first request, because EventSource keeps its URL.
  const after = log.startAfter(request.get('Last-Event-ID') ?? request.query['lastEventId']);
  response.set({
    'Content-Type': 'text/event-stream',
    // no-transform: otherwise the compression middleware and proxies collect events before they send them.
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    'Last-Event-ID': String(after),
    // Trap: while the server stops, it still takes requests on open connections: a client would come back at once, be
    // ended, and come back again.
    Connection: 'close',
  });
  // Trap: a HEAD comes here too, and its answer would wait for the end of the stream.
  if (request.method === 'HEAD') return void response.end();
  // Trap: without it the headers are sent with the first write, and until then the client is still connecting.
  response.flushHeaders();
  response.write(welcomeText(after));

  const leaving = new AbortController();
  const leave = streams.enter(response.locals['user'], (why) => {
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
});

app.post('/events', express.json(), (request, response) => {
  const { id } = log.append(String(request.query['event'] ?? 'message'), JSON.stringify(request.body));
  response.status(201).json({ id });
});

const server = app.listen(port, () => console.log(`http://localhost:${port}/events`));

process.once('SIGTERM', () => {
  server.close();
  // Trap: `close` waits for every stream. Streams never end by themselves, so it would wait until somebody kills the
  // server.
  streams.endAll();
  // A client that does not read its stream does not see its end either.
  setTimeout(() => server.closeAllConnections(), 300).unref();
});

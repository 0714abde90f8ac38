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
  // The header first: the query stays that of the first request, because EventSource keeps its URL.
  const after = log.startAfter(request.get('Last-Event-ID') ?? request.query['lastEventId']);
  response.set({
    'Content-Type': 'text/event-stream',
    // no-transform: the compression middleware and proxies would gather events before they send them.
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    'Last-Event-ID': String(after),
    // Trap: when the server stops, it still takes requests on the connections that it has: a client would come again at
    // once, be ended, and come again.
    Connection: 'close',
  });
  // Trap: a HEAD comes here as well, and its answer would wait for the end of the stream.
  if (request.method === 'HEAD') return void response.end();
  // Trap: without it the headers leave with the first write, and until then the client waits to be connected.
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
    // A client that reads slowly is waited for: the log has what it misses meanwhile, so nothing piles up here.
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
  // Trap: `close` waits for every stream, which never ends by itself, until whoever stops the server kills it.
  streams.endAll();
  // Whoever does not read its stream does not see the end of it either.
  setTimeout(() => server.closeAllConnections(), 300).unref();
});

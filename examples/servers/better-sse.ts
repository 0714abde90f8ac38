import { createChannel, createEventBuffer, createSession } from 'better-sse';
import express from 'express';
import { kicked } from './shared/events.ts';
import { openLog } from './shared/log.ts';
import { createStreams } from './shared/streams.ts';
import { crossOrigin, judge } from './shared/visitors.ts';

const port = Number(process.env['PORT'] ?? 8080);
const keepAlive = Number(process.env['KEEP_ALIVE'] ?? 15_000);
const log = openLog('events');
const streams = createStreams();
const channel = createChannel();
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
  // Trap: a HEAD comes here too, and its answer would wait for the end of the stream.
  if (request.method === 'HEAD') return void response.type('text/event-stream').end();
  // The header wins over the query, which stays that of the first request, because EventSource keeps its URL.
  let after = log.startAfter(request.get('Last-Event-ID') ?? request.query['lastEventId']);
  // `retry: null`: clients spread their return themselves. The library sets Cache-Control and X-Accel-Buffering.
  const session = await createSession(request, response, {
    keepAlive,
    retry: null,
    serializer: String,
    // Trap: while the server stops, it still takes requests on open connections: a client would come back at once, be
    // ended, and come back again.
    headers: { 'Last-Event-ID': String(after), Connection: 'close' },
  });
  // The ID at which the client starts: if it is cut off before its first event, it has something to resume after.
  await session.batch(createEventBuffer().comment(' connected').id(String(after)).dispatch());

  if (!session.isConnected) return;
  const leave = streams.enter(response.locals['user'], (why) => {
    // Trap: an event without an ID gets a random one, which the client would name when it comes back. An empty one
    // (`lastId` before the first event) would make it forget its last ID.
    if (why === 'kicked') session.push(kicked.data, kicked.name, session.lastId || String(after));
    channel.deregister(session);
    response.end();
  });
  session.once('disconnected', leave);
  // The library waits for no client: events that a client does not read pile up. So it is cut off, and resumes from
  // the log.
  session.on('push', () => {
    if (response.writableLength > 1_000_000) response.destroy();
  });

  // Trap: send the missed events before the session joins the channel; otherwise a new event overtakes them and is
  // sent twice. Do not await between the last reading and `register`: events of that time would be in neither.
  for (let missed = log.after(after); missed.length > 0; missed = log.after(after)) {
    for (const { id, name, data } of missed) session.push(data, name, String(id));
    after = missed.at(-1)?.id ?? after;
  }
  channel.register(session);
});

app.post('/events', express.json(), (request, response) => {
  const event = log.append(String(request.query['event'] ?? 'message'), JSON.stringify(request.body));
  channel.broadcast(event.data, event.name, { eventId: String(event.id) });
  response.status(201).json({ id: event.id });
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

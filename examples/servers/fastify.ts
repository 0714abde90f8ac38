import { fastifySSE, type SSEMessage } from '@fastify/sse';
import Fastify from 'fastify';
import { kickedText, type LoggedEvent, welcomeText } from './shared/events.ts';
import { openLog } from './shared/log.ts';
import { createStreams } from './shared/streams.ts';
import { crossOrigin, judge } from './shared/visitors.ts';

const port = Number(process.env['PORT'] ?? 8080);
const keepAlive = Number(process.env['KEEP_ALIVE'] ?? 15_000);
const log = openLog('events');
const streams = createStreams();

// Trap: without it, `close` waits for every stream, and then until each connection has been idle for 72 s.
const app = Fastify({ forceCloseConnections: true });
// The plugin sets X-Accel-Buffering; fastify-sse-v2 does not.
await app.register(fastifySSE, { heartbeatInterval: keepAlive });

app.decorateRequest('user', '');
app.addHook<{ Querystring: Query }>('onRequest', async (request, reply) => {
  reply.headers(crossOrigin(request.headers.origin));
  if (request.method === 'OPTIONS') return reply.code(204).send();
  const visitor = judge(request.headers.authorization, request.query.token);
  if ('status' in visitor) return reply.code(visitor.status).headers(visitor.headers).send();
  request.user = visitor.user;
});

app.get<{ Querystring: Query }>('/events', { sse: 'only' }, async (request, reply) => {
  // The header wins over the query, which stays that of the first request, because EventSource keeps its URL.
  const after = log.startAfter(reply.sse.lastEventId ?? request.query.lastEventId);
  // no-transform: otherwise @fastify/compress and proxies collect events before they send them.
  reply.headers({ 'Cache-Control': 'no-store, no-transform', 'Last-Event-ID': String(after) });
  // Trap: a HEAD comes here too, and its answer would wait for the end of the stream.
  if (request.method === 'HEAD') return reply.type('text/event-stream').send();
  reply.sse.sendHeaders();
  // Trap: `sendHeaders` only prepares the headers. Without this they are sent with the first write, and until then
  // the client is still connecting.
  reply.raw.flushHeaders();
  reply.raw.write(welcomeText(after));

  const leaving = new AbortController();
  const leave = streams.enter(request.user, (why) => {
    if (why === 'kicked') reply.raw.write(kickedText);
    leaving.abort();
  });
  leaving.signal.addEventListener('abort', leave);
  // Not after `send`, which does not return when a slow client leaves.
  reply.sse.onClose(() => leaving.abort());
  await reply.sse.send(messages(log.follow(after, leaving.signal)));
});

app.post<{ Querystring: Query }>('/events', async (request, reply) => {
  const { id } = log.append(request.query.event ?? 'message', JSON.stringify(request.body));
  return reply.code(201).send({ id });
});

async function* messages(events: AsyncIterable<LoggedEvent>): AsyncGenerator<SSEMessage> {
  // Trap: the plugin turns all data into JSON, even data that are JSON.
  for await (const { id, name, data } of events)
    yield { id: String(id), event: name, data: JSON.parse(data) };
}

app.addHook('preClose', async () => streams.endAll());
process.once('SIGTERM', () => void app.close());

await app.listen({ port });
console.log(`http://localhost:${port}/events`);

interface Query {
  token?: string;
  lastEventId?: string;
  event?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    user: string;
  }
}

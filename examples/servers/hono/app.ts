import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { keepAliveText, kickedText, welcomeText } from '../shared/events.ts';
import { openLog } from '../shared/log.ts';
import { createStreams } from '../shared/streams.ts';
import { crossOrigin, judge } from '../shared/visitors.ts';

const keepAlive = Number(process.env['KEEP_ALIVE'] ?? 15_000);
const log = openLog('events');

export const streams = createStreams();
export const app = new Hono<{ Variables: { user: string } }>();

app.use(async (c, next) => {
  for (const [name, value] of Object.entries(crossOrigin(c.req.header('Origin')))) c.header(name, value);
  if (c.req.method === 'OPTIONS') return c.body(null, 204);
  const visitor = judge(c.req.header('Authorization'), c.req.query('token'));
  if ('status' in visitor) return c.body(null, visitor.status, visitor.headers);
  c.set('user', visitor.user);
  return next();
});

app.get('/events', (c) => {
  // The header wins over the query, which stays that of the first request, because EventSource keeps its URL.
  const after = log.startAfter(c.req.header('Last-Event-ID') ?? c.req.query('lastEventId'));
  const headers = {
    'Content-Type': 'text/event-stream',
    // no-transform: otherwise the compression middleware and proxies collect events before they send them.
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    'Last-Event-ID': String(after),
    // Trap: while the server stops, it still takes requests on open connections: a client would come back at once, be
    // ended, and come back again.
    Connection: 'close',
  };
  // Trap: a HEAD comes here too, and nobody would end the stream that it starts.
  if (c.req.method === 'HEAD') return c.body(null, 200, headers);

  const response = streamSSE(c, async (stream) => {
    const leaving = new AbortController();
    const leave = streams.enter(c.get('user'), (why) => {
      if (why === 'kicked') void stream.write(kickedText);
      leaving.abort();
    });
    const alive = setInterval(() => void stream.write(keepAliveText), keepAlive);
    leaving.signal.addEventListener('abort', () => {
      clearInterval(alive);
      leave();
    });
    stream.onAbort(() => leaving.abort());

    await stream.write(welcomeText(after));
    // `writeSSE` waits for a client that reads slowly: the log has what it misses meanwhile.
    for await (const { id, name, data } of log.follow(after, leaving.signal)) {
      await stream.writeSSE({ id: String(id), event: name, data });
    }
  });

  // Trap: `streamSSE` replaces some of these headers by its own, and sets no X-Accel-Buffering: without that, nginx
  // collects 4 or 8 kB of events.
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
});

app.post('/events', async (c) => {
  const { id } = log.append(c.req.query('event') ?? 'message', JSON.stringify(await c.req.json()));
  return c.json({ id }, 201);
});

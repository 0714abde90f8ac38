import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Response } from 'express';
import { eventText, keepAliveText, kickedText, welcomeText } from './shared/events.ts';
import { database, openLog } from './shared/log.ts';
import { createStreams } from './shared/streams.ts';
import { crossOrigin, judge } from './shared/visitors.ts';

// A POST asks for an answer, as from an LLM, and gets a stream of its words. A client that is cut off asks for the
// rest with GETs, because another POST would be a second question.
const port = Number(process.env['PORT'] ?? 8080);
const keepAlive = Number(process.env['KEEP_ALIVE'] ?? 15_000);
/** How many words an answer has, and how many milliseconds each takes. */
const words = Number(process.env['WORDS'] ?? 100);
const pace = Number(process.env['PACE'] ?? 50);
const streams = createStreams();
const app = express();

database.exec(
  'CREATE TABLE IF NOT EXISTS answers (id TEXT PRIMARY KEY, user TEXT, prompt TEXT, isDone INTEGER)',
);
const insert = database.prepare('INSERT INTO answers VALUES (?, ?, ?, 0)');
const find = database.prepare('SELECT isDone FROM answers WHERE id = ? AND user = ?');
const finish = database.prepare('UPDATE answers SET isDone = 1 WHERE id = ?');
const unfinished = database.prepare('SELECT id, prompt FROM answers WHERE isDone = 0');
const said = database.prepare('SELECT count(*) AS words FROM events WHERE topic = ?');

app.use((request, response, next) => {
  response.set(crossOrigin(request.get('Origin')));
  if (request.method === 'OPTIONS') return void response.sendStatus(204);
  const visitor = judge(request.get('Authorization'), request.query['token']);
  if ('status' in visitor) return void response.status(visitor.status).set(visitor.headers).end();
  response.locals['user'] = visitor.user;
  next();
});

app.post('/answers', express.json(), async (request, response) => {
  const { prompt } = request.body ?? {};
  if (typeof prompt !== 'string') return void response.status(400).json({ error: 'a prompt is missing' });
  const id = randomUUID();
  insert.run(id, response.locals['user'], prompt);
  // Trap: the answer does not belong to a connection. A client that leaves may come back for the rest, so `close` of
  // the request does not stop it; that takes a request of its own.
  void write(id, prompt);
  response.status(201).location(`/answers/${id}`);
  await send(response, id, 0);
});

app.get('/answers/:id', async (request, response) => {
  const { id } = request.params;
  const answer = find.get(id, response.locals['user']);
  if (!answer) return void response.status(404).end();
  // The header wins over the query, which stays that of the first request, because EventSource keeps its URL.
  const given = request.get('Last-Event-ID') ?? request.query['lastEventId'];
  // A client that names no event has seen nothing of the answer.
  const after = given === undefined ? 0 : openLog(id).startAfter(given);
  // A client that has the whole answer need not come again.
  if (answer['isDone'] && openLog(id).after(after).length === 0) return void response.status(204).end();
  await send(response, id, after);
});

async function send(response: Response, id: string, after: number): Promise<void> {
  response.set({
    'Content-Type': 'text/event-stream',
    // no-transform: otherwise the compression middleware and proxies collect words before they send them.
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    'Last-Event-ID': String(after),
    // Trap: while the server stops, it still takes requests on open connections: a client would come back at once, be
    // ended, and come back again.
    Connection: 'close',
  });
  // Trap: a HEAD comes here too, and its answer would wait for the end of the stream.
  if (response.req.method === 'HEAD') return void response.end();
  // Trap: without it the headers are sent with the first word, for which a model may need a minute.
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

  for await (const event of openLog(id).follow(after, leaving.signal)) {
    if (!response.write(eventText(event))) {
      await once(response, 'drain', { signal: leaving.signal }).catch(() => undefined);
    }
    // Trap: an end without a last word looks like a cut. With `closeOn: 'done'` the client tells them apart.
    if (event.name === 'done') leaving.abort();
  }
  response.end();
}

/** Stands for the model. It goes on where it stopped: give a real one the prompt and the words that it has written. */
async function write(id: string, prompt: string): Promise<void> {
  const log = openLog(id);
  for (let word = Number(said.get(id)?.['words']); word < words; word += 1) {
    await sleep(pace, undefined, { ref: false });
    log.append('message', JSON.stringify(`${prompt} ${word} `));
  }
  log.append('done', '{}');
  finish.run(id);
}

for (const { id, prompt } of unfinished.all()) void write(String(id), String(prompt));

const server = app.listen(port, () => console.log(`http://localhost:${port}/answers`));

process.once('SIGTERM', () => {
  server.close();
  // Trap: `close` waits for every stream. Streams never end by themselves, so it would wait until somebody kills the
  // server.
  streams.endAll();
  // A client that does not read its stream does not see its end either.
  setTimeout(() => server.closeAllConnections(), 300).unref();
});

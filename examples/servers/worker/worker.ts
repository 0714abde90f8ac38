import {
  createFollowers,
  eventText,
  keepAliveText,
  kickedText,
  type LoggedEvent,
  welcomeText,
} from '../shared/events.ts';
import { createStreams } from '../shared/streams.ts';
import { crossOrigin, judge } from '../shared/visitors.ts';

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const response = await answer(request, env);
    // A copy, because the headers of an answer of another object cannot be changed.
    const copy = new Response(response.body, response);
    for (const [name, value] of Object.entries(crossOrigin(request.headers.get('Origin')))) {
      copy.headers.set(name, value);
    }
    return copy;
  },
};

async function answer(request: Request, env: Env): Promise<Response> {
  if (request.method === 'OPTIONS') return new Response(null, { status: 204 });
  const url = new URL(request.url);
  const visitor = judge(request.headers.get('Authorization'), url.searchParams.get('token'));
  if ('status' in visitor) return new Response(null, visitor);
  if (url.pathname !== '/events') return new Response(null, { status: 404 });
  if (!['GET', 'POST'].includes(request.method)) {
    return new Response(null, { status: 405, headers: { Allow: 'GET, POST' } });
  }
  // Workers share nothing. One Durable Object in the whole world has the log and the streams.
  const object = env.EVENTS.get(env.EVENTS.idFromName('events'));
  url.searchParams.set('user', visitor.user);
  return object.fetch(new Request(url, request));
}

/** A log in the storage of a Durable Object, and its streams. */
export class Events {
  readonly #sql: Sql;
  readonly #followers = createFollowers();
  readonly #streams = createStreams();

  constructor(state: State) {
    this.#sql = state.storage.sql;
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, data TEXT)',
    );
  }

  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    if (request.method === 'POST') return this.#publish(request, searchParams);
    // The header wins over the query, which stays that of the first request, because EventSource keeps its URL.
    const given = request.headers.get('Last-Event-ID') ?? searchParams.get('lastEventId');
    return this.#stream(request.signal, searchParams.get('user') ?? '', this.#startAfter(given));
  }

  #stream(signal: AbortSignal, user: string, after: number): Response {
    const leaving = new AbortController();
    const encoder = new TextEncoder();
    // Follows the log from a cursor. A list of streams, each of which gets new events, would lose those between the
    // reading of the log and the joining of the list.
    const events = this.#followers.follow((id) => this.#after(id), after, leaving.signal);

    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const send = (text: string) => controller.enqueue(encoder.encode(text));
        const leave = this.#streams.enter(user, (why) => {
          if (why === 'kicked') send(kickedText);
          leaving.abort();
        });
        const alive = setInterval(() => send(keepAliveText), keepAlive);
        leaving.signal.addEventListener('abort', () => {
          clearInterval(alive);
          leave();
        });
        send(welcomeText(after));
      },
      // Called for one event when the last one was taken, so nothing piles up for a slow client.
      async pull(controller) {
        const { done, value } = await events.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(eventText(value)));
      },
      // Called where the runtime tells the stream that nobody reads it; workerd tells the signal below instead.
      cancel: () => leaving.abort(),
    });
    // Trap: it aborts only with the flag `enable_request_signal` (wrangler.json). Without it the object goes on
    // writing for clients that have left, and never rests. workerd notices at the next write, a comment at the
    // latest.
    signal.addEventListener('abort', () => leaving.abort());

    return new Response(body, {
      headers: {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store, no-transform',
        'X-Accel-Buffering': 'no',
        'Last-Event-ID': String(after),
      },
    });
  }

  async #publish(request: Request, query: URLSearchParams): Promise<Response> {
    const data = JSON.stringify(await request.json());
    const insert = 'INSERT INTO events (name, data) VALUES (?, ?) RETURNING id';
    const [row] = this.#sql.exec(insert, query.get('event') ?? 'message', data);
    this.#followers.wake();
    return Response.json({ id: row?.['id'] }, { status: 201 });
  }

  #after(id: number): LoggedEvent[] {
    const rows = this.#sql.exec('SELECT * FROM events WHERE id > ? ORDER BY id LIMIT 500', id);
    return [...rows].map((row) => ({
      id: Number(row['id']),
      name: String(row['name']),
      data: String(row['data']),
    }));
  }

  #startAfter(lastEventId: string | null): number {
    const [row] = this.#sql.exec('SELECT max(id) AS newest FROM events');
    const newest = Number(row?.['newest'] ?? 0);
    const given = /^\d+$/.test(lastEventId ?? '') ? Number(lastEventId) : NaN;
    // No ID, or one of another log.
    return given <= newest ? given : newest;
  }
}

const keepAlive = Number(process.env['KEEP_ALIVE'] ?? 15_000);

/** The part of Cloudflare's types that is used here; `wrangler types` makes all of them. */
interface Env {
  EVENTS: {
    idFromName(name: string): object;
    get(id: object): { fetch(request: Request): Promise<Response> };
  };
}

interface State {
  storage: { sql: Sql };
}

interface Sql {
  exec(query: string, ...values: (string | number)[]): Iterable<Record<string, unknown>>;
}

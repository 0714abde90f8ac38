import type { RunningServer } from './run-server.ts';

/** The fields of one block of a stream: a message, a comment (under an empty name), or an ID alone. */
export type Block = Readonly<Record<string, string>>;

/** An answer, and the blocks of its stream as they come. */
export interface Asked extends AsyncDisposable {
  readonly response: Response;
  /** The next block; null when the server has ended the stream. Rejects when it was cut. */
  next(): Promise<Block | null>;
  /** The next block with a name, past all others. */
  nextEvent(): Promise<Block | null>;
  /** Leaves, as a client does that closes its connection. */
  leave(): void;
}

export interface Question {
  readonly method?: string;
  readonly path?: string;
  /** `null` for none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** As much of a server as a request needs. */
export type Asker = Pick<RunningServer, 'origin' | 'path' | 'fetch'>;

/** Asks a server by a bare request, without anything of this package. */
export async function ask(
  { origin, fetch, ...server }: Asker,
  { method = 'GET', path = server.path, token = 'user-ada', headers = {}, query = {}, body }: Question = {},
): Promise<Asked> {
  const url = new URL(origin + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const leaving = new AbortController();
  const response = await fetch(url, {
    method,
    headers: {
      Accept: 'text/event-stream',
      // No idle socket is left; HTTP/2 knows no such header.
      ...(origin.startsWith('http:') && { Connection: 'close' }),
      ...(token !== null && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: leaving.signal,
  });
  const blocks = readBlocks(response);

  async function next(): Promise<Block | null> {
    const { done, value } = await blocks.next();
    return done ? null : value;
  }

  return {
    response,
    next,
    async nextEvent() {
      for (;;) {
        const block = await next();
        if (block === null || 'event' in block) return block;
      }
    },
    leave: () => leaving.abort(),
    async [Symbol.asyncDispose]() {
      leaving.abort();
    },
  };
}

/** Appends an event, and returns its ID. */
export async function publish(server: Asker, data: unknown, name = 'message'): Promise<string> {
  const { response } = await ask(server, { method: 'POST', query: { event: name }, body: data });
  const { id } = await response.json();
  return String(id);
}

async function* readBlocks({ body }: Response): AsyncGenerator<Block, void> {
  let text = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n').filter((line) => line !== '');
      if (lines.length > 0) yield Object.fromEntries(lines.map(fieldOf));
    }
  }
}

function fieldOf(line: string): [string, string] {
  const [, name = '', value = ''] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
  return [name, value];
}

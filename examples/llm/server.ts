import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Answers a question, one token after the other. Here an app asks its provider, and passes on the tokens. */
export type Model = (question: string, signal: AbortSignal) => AsyncIterable<string>;

/** An answer that is kept, so that a client that was cut off, or loads the page again, gets all of it. */
interface KeptAnswer {
  readonly events: string[];
  readonly readers: Set<ServerResponse>;
  readonly stopping: AbortController;
  isOver: boolean;
}

/** How long an answer can be read after it was asked for, in milliseconds. */
const keptFor = 3_600_000;

/**
 * Keeps the answers of a model, each under an ID that the client has made up. POST begins an answer, GET reads it
 * after the last event that the client has seen, and DELETE stops the model. Nothing else stops it, because a reader
 * that has gone may come back.
 *
 * @param most How many answers may be under way at once.
 * @returns A handler for `/api/answers/:id` in any server of Node.
 */
export function createAnswers(model: Model, most = 100) {
  const answers = new Map<string, KeptAnswer>();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id] = /^\/api\/answers\/([\w-]+)$/.exec(request.url ?? '') ?? [];
    const question = request.method === 'POST' ? await questionIn(request) : undefined;
    const answer = answers.get(id ?? '');
    if (id === undefined) refuse(response, 404);
    else if (request.method === 'DELETE') {
      stop(answer ?? begin(id)); // a DELETE may overtake its POST, which then finds the answer stopped
      refuse(response, 204);
    } else if (answer) read(answer, request, response);
    else if (question === undefined) refuse(response, request.method === 'POST' ? 400 : 404);
    else if ([...answers.values()].filter(({ isOver }) => !isOver).length >= most) {
      refuse(response, 429, { 'retry-after': '2' });
    } else {
      const begun = begin(id);
      read(begun, request, response);
      write(begun, question);
    }
  }

  function begin(id: string): KeptAnswer {
    const answer = {
      events: [],
      readers: new Set<ServerResponse>(),
      stopping: new AbortController(),
      isOver: false,
    };
    answers.set(id, answer);
    setTimeout(() => answers.delete(id), keptFor).unref();
    return answer;
  }

  async function write(answer: KeptAnswer, question: string): Promise<void> {
    send(answer, { type: 'start' }); // with its ID a client has something to resume after
    send(answer, { type: 'text-start', id: 'text' });
    try {
      for await (const delta of model(question, answer.stopping.signal)) {
        send(answer, { type: 'text-delta', id: 'text', delta });
      }
      send(answer, { type: 'text-end', id: 'text' });
      send(answer, { type: 'finish' });
    } catch (error) {
      send(answer, { type: 'error', errorText: String(error) });
    }
    end(answer);
  }

  function stop(answer: KeptAnswer): void {
    answer.stopping.abort();
    send(answer, { type: 'abort' });
    end(answer);
  }

  return { handle };
}

/** Sends the events that the client has not seen, and then new ones. */
function read(answer: KeptAnswer, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(':\n\n'); // Firefox opens a stream with the first byte of its body
  for (const event of answer.events.slice(Number(request.headers['last-event-id']) || 0))
    response.write(event);
  if (answer.isOver) response.end();
  answer.readers.add(response);
  const keepAlive = setInterval(() => response.write(':\n\n'), 15_000); // while the model thinks
  response.on('close', () => {
    clearInterval(keepAlive);
    answer.readers.delete(response);
  });
}

function send({ events, readers, isOver }: KeptAnswer, data: object | string): void {
  if (isOver) return; // tokens of a model that was stopped
  const event = `id: ${events.length + 1}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
  events.push(event);
  for (const reader of readers) reader.write(event);
}

function end(answer: KeptAnswer): void {
  send(answer, '[DONE]');
  answer.isOver = true;
  for (const reader of answer.readers) reader.end();
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers).end();
}

async function questionIn(request: IncomingMessage): Promise<string | undefined> {
  try {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    return String(JSON.parse(body).question);
  } catch {
    return undefined;
  }
}

/** Stands in for a model. */
async function* scripted(question: string, signal: AbortSignal): AsyncGenerator<string> {
  const answer = `You asked “${question}”. I am a script, and say the same to everybody, word by word.`;
  for (const word of answer.split(/(?<= )/)) {
    await wait(50, null, { signal });
    yield word;
  }
}

// With Node 24: node examples/llm/server.ts
if (import.meta.main) createServer(createAnswers(scripted).handle).listen(3000);

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { addAbortSignal, PassThrough } from 'node:stream';
import { createAnswers } from '../../../examples/llm/server.ts';

/** A question as the model got it, and what a test has the model say. */
export interface AskedQuestion {
  readonly question: string;
  readonly isStopped: boolean;
  say(...tokens: string[]): void;
  finish(): void;
  fail(error: Error): void;
}

/** The server of the example, with a model that a test plays and a line that a test cuts. */
export interface AnswerServer extends AsyncDisposable {
  readonly url: string;
  /** Of each request its method and the ID that it resumes after. */
  readonly requests: readonly { method: string; path: string; lastEventId: string }[];
  readonly asked: readonly AskedQuestion[];
  /** How many streams are being read. */
  readonly readers: number;
  /** Cuts every socket. */
  cut(): void;
  /** Whether a request is cut off before it is answered. */
  isDown: boolean;
}

/** Lets pages of another origin in. */
const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'content-type, last-event-id',
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-expose-headers': 'retry-after',
};

/** @param most How many answers may be under way at once. */
export async function startAnswerServer(most = 100): Promise<AnswerServer> {
  const requests: AnswerServer['requests'][number][] = [];
  const asked: AskedQuestion[] = [];
  const sockets = new Set<Socket>();
  let readers = 0;
  let isDown = false;

  const { handle } = createAnswers((question, signal) => {
    const said = new PassThrough({ objectMode: true });
    asked.push({
      question,
      get isStopped() {
        return signal.aborted;
      },
      say: (...tokens) => tokens.forEach((token) => void said.write(token)),
      finish: () => void said.end(),
      fail: (error) => void said.destroy(error),
    });
    return addAbortSignal(signal, said);
  }, most);

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    requests.push(seen(request));
    if (isDown) return void request.socket.destroy();
    readers += 1;
    response.on('close', () => {
      readers -= 1;
    });
    return void handle(request, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/answers`,
    requests,
    asked,
    get readers() {
      return readers;
    },
    cut,
    get isDown() {
      return isDown;
    },
    set isDown(value) {
      isDown = value;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}

function seen({ method = '', url: path = '', headers }: IncomingMessage) {
  return { method, path, lastEventId: String(headers['last-event-id'] ?? '') };
}

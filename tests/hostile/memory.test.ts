import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConnectionOptions } from '../../index.ts';
import { type SseServer, startSseServer } from '../support/sse-server.ts';
import { until } from '../support/until.ts';
import { type Flood, flood } from './flood.ts';
import type { HeapReport } from './heap-client.ts';

/**
 * The heap of the client, in MB. With the default limits it needs 32 for the text of the largest event, when its
 * characters take two bytes, and as much again to join its chunks.
 */
const heap = 96;
const megabytes = 2 ** 20;

// A hundred megabytes take their time on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 });

let server: SseServer;
let client: ChildProcess | undefined;
let complaints = '';
let answered: (report: HeapReport) => void;
let died: (error: Error) => void;

/** One process reads one flood after another, and is replaced when one was too much for it. */
function livingClient(): ChildProcess {
  if (client?.connected) return client;
  complaints = '';
  const next = fork(fileURLToPath(new URL('heap-client.ts', import.meta.url)), {
    execArgv: ['--expose-gc', `--max-old-space-size=${heap}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  next.on('message', (message) => answered(message as HeapReport));
  next.on('exit', () => died(new Error(`The client died of it. ${complaints.slice(0, 1_000)}`)));
  next.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  client = next;
  return next;
}

afterAll(() => {
  client?.removeAllListeners('exit').kill();
});

beforeEach(async () => {
  server = await startSseServer();
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

async function read(
  source: Flood,
  { gzip = false, ...options }: ConnectionOptions & { gzip?: boolean } = {},
): Promise<HeapReport> {
  server.answer(flood(source, { gzip }));
  return new Promise((resolve, reject) => {
    answered = resolve;
    died = reject;
    livingClient().send({ url: server.url, options });
  });
}

const tooLarge = (option: string, limit: number) => ({
  status: 'failed',
  error: { kind: 'too-large', message: `The limit \`${option}\` of ${limit} was exceeded.` },
});

/** More than the heap can hold. */
const over = 104 * megabytes;

describe(`with a heap of ${heap} MB, a server that sends more without an end`, () => {
  const endless: Record<string, Flood> = {
    'a line of data': { start: 'id: 7\ndata: whole\n\nid: 8\ndata: ', piece: 'x', bytes: over },
    'a line of data whose characters take two bytes': {
      start: 'id: 7\ndata: whole\n\ndata: ',
      piece: 'ŋ',
      bytes: over,
    },
    'an ID': { start: 'id: 7\ndata: whole\n\nid: ', piece: '8', bytes: over },
    'an event name': { start: 'id: 7\ndata: whole\n\nevent: ', piece: 'n', bytes: over },
    'a reconnection time': { start: 'id: 7\ndata: whole\n\nretry: ', piece: '9', bytes: over },
    'a comment': { start: 'id: 7\ndata: whole\n\n:', piece: 'c', bytes: over },
  };

  test.each(Object.entries(endless))('%s is refused, after what came before it', async (_, source) => {
    const report = await read(source);
    expect(report).toMatchObject({ ...tooLarge('maxEventSize', 2 ** 24), messages: 1, lastEventId: '7' });
    expect(report.heldMegabytes).toBeLessThan(32);
    await until(() => server.sockets.size === 0, 'the socket to be closed');
  });

  test('a line of data out of a few compressed bytes is refused', async () => {
    const report = await read({ start: 'data: ', piece: 'x', bytes: over }, { gzip: true });
    expect(report).toMatchObject(tooLarge('maxEventSize', 2 ** 24));
    await until(() => server.sockets.size === 0, 'the socket to be closed');
  });

  // The parser joins lines as V8 does, lazily: up to 32 bytes of heap for each character.
  test.each(['data:\n', 'data: x\n', 'data: some more of it\n'])(
    'of the lines %j is refused',
    async (piece) => {
      const report = await read({ piece, bytes: over }, { maxEventSize: megabytes });
      expect(report).toMatchObject(tooLarge('maxEventSize', megabytes));
      expect(report.heldMegabytes).toBeLessThan(32);
    },
  );
});

describe(`with a heap of ${heap} MB, what the standard ignores is read and forgotten`, () => {
  const harmless: Record<string, [source: Flood, options?: { gzip: boolean }]> = {
    'a line that is no field': [{ piece: 'x', bytes: over }],
    'a field whose name has no end': [{ start: 'datum', piece: 'x', bytes: over }],
    '100 MB of comments': [{ piece: `: ${'still here '.repeat(10)}\n`, bytes: over }],
    '100 MB of comments out of a few compressed bytes': [
      { piece: `: ${'still here '.repeat(10)}\n`, bytes: over },
      { gzip: true },
    ],
    'a million comments that are empty': [{ piece: ':\n\n', bytes: 3_000_000 }],
    'ten million empty lines': [{ piece: '\n', bytes: 10_000_000 }],
    'a million blocks of nothing but an ID': [{ piece: 'id: 12345\n\n', bytes: 11_000_000 }],
    'a million reconnection times': [{ piece: 'retry: 1\n', bytes: 9_000_000 }],
    'a million names of events without data': [{ piece: 'event: nothing\n\n', bytes: 16_000_000 }],
  };

  test.each(Object.entries(harmless))('%s', async (_, [source, options]) => {
    const report = await read({ ...source, end: '\n\ndata: after\n\n' }, options);
    expect(report).toMatchObject({ status: 'failed', messages: 1, error: { kind: 'exhausted' } });
    expect(report.heldMegabytes).toBeLessThan(32);
  });

  test('small messages after long lines do not hold the lines', async () => {
    const line = `:${'x'.repeat(4 * megabytes)}\nid: a-long-identifier\ndata: a message of some length\n\n`;
    const report = await read({ piece: line, bytes: 25 * line.length });
    expect(report).toMatchObject({ messages: 25, error: { kind: 'exhausted' } });
    expect(report.heldMegabytes).toBeLessThan(32);
  });
});

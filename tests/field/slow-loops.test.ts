import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type ConnectionOptions, createConnection } from '../../index.ts';

/** How many messages the server has, and how long each is, in characters: far more than all buffers on the way hold. */
const count = 60_000;
const length = 1_000;

/** How much of that the buffers on the way may hold: those of two sockets, of `fetch`, and a chunk of ours. */
const underWay = count / 4;

/** Writes all that it has, as fast as it may. */
async function pour(response: ServerResponse, sent: { messages: number }): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (; sent.messages < count; sent.messages += 1) {
    const data = String(sent.messages).padEnd(length, '.');
    if (!response.write(`id: ${sent.messages}\ndata: ${data}\n\n`)) {
      await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
    }
    if (response.destroyed) return;
  }
}

async function setUp(options: ConnectionOptions) {
  const sent = { messages: 0 };
  const server = createServer((_, response) => void pour(response, sent));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connection = createConnection(`http://127.0.0.1:${port}`, { parse: 'text', ...options });
  onTestFinished(() => {
    connection.close();
    server.closeAllConnections();
    server.close();
  });
  return { connection, sent, messages: connection[Symbol.asyncIterator]() };
}

/** Resolves once nothing more is sent. By the wall clock: nobody tells when a socket has been full for long enough. */
async function stalled(sent: { messages: number }): Promise<void> {
  for (let before = -1; before !== sent.messages; ) {
    before = sent.messages;
    await sleep(500);
  }
}

test('a server cannot write on while a loop that waits is behind, and then loses nothing', async () => {
  const { sent, messages } = await setUp({ bufferSize: 100, overflow: 'wait' });
  await messages.next();
  await stalled(sent);
  expect(sent.messages).toBeLessThan(underWay);

  for (let id = 1; id < count; id += 1) {
    const { value } = await messages.next();
    if (value?.id !== String(id)) expect.fail(`After ${id - 1} came ${value?.id}.`);
  }
  expect(sent.messages).toBe(count);
});

test('a loop that does not wait keeps everything in memory, or fails', async () => {
  const { sent, messages } = await setUp({ bufferSize: Infinity });
  await messages.next();
  await vi.waitFor(() => expect(sent.messages).toBe(count), 30_000);

  const { messages: more } = await setUp({ bufferSize: 100 });
  await more.next();
  const reading = async () => {
    for (let next = await more.next(); !next.done; next = await more.next()) await sleep(1);
  };
  await expect(reading()).rejects.toThrow('The limit `bufferSize` of 100 was exceeded.');
});

test('while a loop is waited for, the silence is not held against the server', async () => {
  const { connection, sent, messages } = await setUp({ bufferSize: 1, overflow: 'wait', idleTimeout: 200 });
  await messages.next();
  await stalled(sent); // longer than the silence that is allowed
  expect(connection.state).toMatchObject({ status: 'open', retries: 0 });
});

test('a loop that is left lets the stream go on', async () => {
  const { connection, sent, messages } = await setUp({ bufferSize: 1, overflow: 'wait' });
  await messages.next();
  await stalled(sent);
  await messages.return();
  await vi.waitFor(() => expect(connection.state.lastEventId).toBe(String(count - 1)), 30_000);
});

test('two loops that are behind are both waited for', async () => {
  const { connection, sent, messages } = await setUp({ bufferSize: 10, overflow: 'wait' });
  const others = connection[Symbol.asyncIterator]();
  await Promise.all([messages.next(), others.next()]);
  await stalled(sent);
  const before = sent.messages;
  await messages.return();
  await stalled(sent);
  expect(sent.messages).toBe(before);
  await others.return();
  await vi.waitFor(() => expect(sent.messages).toBe(count), 30_000);
});

test('a connection that is shared holds nobody back', () => {
  const options = { share: true, overflow: 'wait', immediate: false } as const;
  expect(() => createConnection('http://localhost/', options)).toThrow(
    "`overflow: 'wait'` would hold back the other users of a shared connection.",
  );
});

import { expect, test } from 'vitest';
import { createConnection } from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { until } from '../support/until.ts';

test('a replay that comes only when the next stream has been open for long is still known', async () => {
  const clock = createTestClock();
  const streams: ReadableStreamDefaultController<Uint8Array>[] = [];
  const write = (stream: number, ...ids: number[]) => {
    const text = ids.map((id) => `id: ${id}\ndata: ${id}\n\n`).join('');
    streams[stream]?.enqueue(new TextEncoder().encode(text));
  };
  const delivered: string[] = [];
  let accept = () => {};
  const connection = createConnection('https://events.example/', {
    clock,
    stableAfter: 20,
    fetch: async () => {
      if (streams.length > 0) await new Promise<void>((resolve) => (accept = resolve));
      const body = new ReadableStream<Uint8Array>({ start: (controller) => void streams.push(controller) });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
  });
  connection.on('*', ({ id }) => delivered.push(id));
  await until(() => streams.length === 1);
  write(0, 1);
  await until(() => delivered.includes('1'));
  connection.reconnect();
  write(0, 2); // while the next stream, which resumes after 1, is on its way
  await until(() => delivered.includes('2'));
  accept();
  await until(() => streams.length === 2);
  await until(() => clock.pending > 0 && connection.state.status === 'open');
  clock.advance(1_000);
  write(1, 2, 3);
  await until(() => delivered.includes('3'));
  await connection[Symbol.asyncDispose]();
  expect(delivered).toEqual(['1', '2', '3']);
});

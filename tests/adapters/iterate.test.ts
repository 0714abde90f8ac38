import { expect, test } from 'vitest';
import { createConnection, type Message, type MessageBatch } from '../../index.ts';

/** How long a loop takes for each message, in milliseconds, that falls behind by so many at once. */
async function drainTime(count: number): Promise<number> {
  const messages = Array.from(
    { length: count },
    (_, at): Message<string> => ({ event: 'message', data: String(at), id: '' }),
  );
  await using connection = createConnection('http://localhost/', {
    bufferSize: Infinity,
    parse: 'text',
    transport: () => async () =>
      (async function* (): AsyncGenerator<MessageBatch> {
        yield { messages, lastEventId: '' };
        await new Promise(() => {});
      })(),
  });
  const iterator = connection[Symbol.asyncIterator]();
  const first = await iterator.next();
  expect(first.value?.data).toBe('0');
  const begin = performance.now();
  let last: unknown;
  for (let left = count - 1; left > 0; left -= 1) {
    const { value } = await iterator.next();
    last = value?.data;
  }
  const time = performance.now() - begin;
  expect(last).toBe(String(count - 1));
  await iterator.return();
  return time / count;
}

test('a loop that fell 100 000 messages behind takes no longer for each than one that fell 3 000 behind', async () => {
  let few = Infinity;
  let many = Infinity;
  // The least of several: a busy machine makes any of them long.
  for (let round = 0; round < 5 && !(many / few < 20); round += 1) {
    for (let time = 0; time < 5; time += 1) few = Math.min(few, await drainTime(3_000));
    many = Math.min(many, await drainTime(100_000));
  }
  expect(many / few).toBeLessThan(20); // with `Array.shift`, a hundred and more
});

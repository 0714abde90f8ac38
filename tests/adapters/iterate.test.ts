import { expect, test } from 'vitest';
import { createConnection, type Message, type MessageBatch } from '../../index.ts';

/** How long a loop takes for each thousand of its messages, in milliseconds, that falls behind by so many at once. */
async function drainTimes(count: number): Promise<number[]> {
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
  const times: number[] = [];
  let begin = performance.now();
  let last: unknown;
  for (let read = 1; read < count; read += 1) {
    const { value } = await iterator.next();
    last = value?.data;
    if (read % 1_000 > 0) continue;
    times.push(performance.now() - begin);
    begin = performance.now();
  }
  expect(last).toBe(String(count - 1));
  await iterator.return();
  return times;
}

test('a loop that fell 100 000 messages behind takes no longer for each than one that fell 3 000 behind', async () => {
  const few: number[] = [];
  for (let time = 0; time < 50; time += 1) few.push(...(await drainTimes(3_000)));
  const many = await drainTimes(100_000);
  // The median: a thousand takes less than a turn of the processor, so that other work makes only some of them long.
  expect(median(many) / median(few)).toBeLessThan(20); // with `Array.shift`, a hundred and more
});

function median(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? Number.NaN;
}

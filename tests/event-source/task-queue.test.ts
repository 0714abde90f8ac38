import { expect, test } from 'vitest';
import { atPaceOf, TaskQueue } from '../../event-source/task-queue.ts';
import type { EventStream, MessageBatch, Transport } from '../../index.ts';

const { signal } = new AbortController();

async function* streamOf(...batches: readonly MessageBatch[]): AsyncGenerator<MessageBatch, void> {
  yield* batches;
}

/** Longer than anything that goes on between two calls. */
async function settle(): Promise<void> {
  for (let hop = 0; hop < 100; hop += 1) await null;
}

test('what one call leaves to promises is done before the next', async () => {
  const queue = new TaskQueue();
  const log: string[] = [];
  for (const name of ['a', 'b']) {
    queue.add(async () => {
      log.push(name);
      await settle();
      log.push(`${name} settled`);
    });
  }
  queue.add(() => queue.add(() => log.push('added by a call')));
  log.push('nothing is called at once');
  await queue.running;
  log.push('all called');
  queue.add(() => log.push('later'));
  await queue.running;
  expect(log).toEqual([
    'nothing is called at once',
    'a',
    'a settled',
    'b',
    'b settled',
    'added by a call',
    'all called',
    'later',
  ]);
});

test('a stream is read on when the calls for what it brought are over', async () => {
  const queue = new TaskQueue();
  const log: string[] = [];
  const batches = [1, 2].map((id) => ({ messages: [], lastEventId: String(id) }));
  const transport: Transport = async () => streamOf(...batches);
  const stream = await atPaceOf(queue, transport)({ lastEventId: '' }, signal);
  for await (const batch of stream) {
    log.push(`read ${batch.lastEventId}`);
    for (const call of ['x', 'y']) queue.add(() => log.push(`${call} of ${batch.lastEventId}`));
  }
  log.push('end');
  expect(log).toEqual(['read 1', 'x of 1', 'y of 1', 'read 2', 'x of 2', 'y of 2', 'end']);
});

test('what a transport and its stream say of themselves goes on', async () => {
  const traits = { unsafe: true, resumable: true, hears: ['message'], usesCredentials: () => false };
  const transport = Object.assign(
    async (): Promise<EventStream> => Object.assign(streamOf(), { resumedAfter: '7' }),
    traits,
  );
  const wrapped = atPaceOf(new TaskQueue(), transport);
  expect({ ...wrapped }).toEqual(traits);
  expect((await wrapped({ lastEventId: '' }, signal)).resumedAfter).toBe('7');
});

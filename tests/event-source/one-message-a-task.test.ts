import { expect, test } from 'vitest';
import { oneMessageATask } from '../../event-source/one-message-a-task.ts';
import type { EventStream, MessageBatch, Transport } from '../../index.ts';

const message = (data: string, id: string) => ({ event: 'message', data, id });

async function handedOver(...batches: MessageBatch[]): Promise<MessageBatch[]> {
  const transport: Transport = async () => streamOf(batches);
  const stream = await oneMessageATask(transport)({ lastEventId: '' }, new AbortController().signal);
  const seen: MessageBatch[] = [];
  for await (const batch of stream) seen.push(batch);
  return seen;
}

async function* streamOf(batches: readonly MessageBatch[]): AsyncGenerator<MessageBatch, void> {
  yield* batches;
}

test('a batch becomes one for each message, and nothing of it is told twice or lost', async () => {
  const gap = { reason: 'server', resumedAfter: '0' } as const;
  const rest = { retry: 5, keepAlive: true, unasked: ['other'], gap };
  const messages = [message('a', '1'), message('b', '1'), message('c', '2')];
  expect(await handedOver({ messages, ownIds: [true, false, true], lastEventId: '3', ...rest })).toEqual([
    { messages: [messages[0]], ownIds: true, lastEventId: '1', ...rest },
    { messages: [messages[1]], ownIds: false, lastEventId: '1' },
    { messages: [messages[2]], ownIds: true, lastEventId: '3' },
  ]);
});

test('what is alike for all of a batch stays so, and one without messages stays as it is', async () => {
  const sign = { messages: [], lastEventId: '2', keepAlive: true };
  const messages = [message('a', '1'), message('b', '2')];
  expect(await handedOver(sign, { messages, ownIds: true, lastEventId: '2' })).toEqual([
    sign,
    { messages: [messages[0]], ownIds: true, lastEventId: '1' },
    { messages: [messages[1]], ownIds: true, lastEventId: '2' },
  ]);
});

test('what a transport and its stream say of themselves goes on', async () => {
  const traits = { unsafe: true, resumable: true, hears: ['message'], usesCredentials: () => false };
  const transport = Object.assign(
    async (): Promise<EventStream> => Object.assign(streamOf([]), { resumedAfter: '7' }),
    traits,
  );
  const wrapped = oneMessageATask(transport);
  expect({ ...wrapped }).toEqual(traits);
  expect((await wrapped({ lastEventId: '' }, new AbortController().signal)).resumedAfter).toBe('7');
});

import { describe, expect, test } from 'vitest';
import type { Message, MessageBatch } from '../../machines/message.ts';
import { numberOf } from '../../transports/replays/fingerprint.ts';
import { indexOfTrace, mostMessages, ReplayMemory } from '../../transports/replays/replay-memory.ts';

const message = (id: string, data: unknown = `data of ${id}`): Message => ({ event: 'message', data, id });

/** Messages with the IDs from 1 on. */
const messages = (count: number) => Array.from({ length: count }, (_, index) => message(`${index + 1}`));

function remembering(...batches: (MessageBatch | readonly Message[])[]): ReplayMemory {
  const memory = new ReplayMemory();
  for (const batch of batches) memory.remember('messages' in batch ? batch : batchOf(...batch));
  return memory;
}

const batchOf = (...all: Message[]): MessageBatch => ({ messages: all, lastEventId: all.at(-1)?.id ?? '' });

/** Those that the next stream may repeat. */
function known(memory: ReplayMemory, ...all: Message[]): string[] {
  const traces = memory.recall();
  return all.filter((one) => indexOfTrace(traces, one) >= 0).map(({ id }) => id);
}

describe('a connection', () => {
  test('that is new has no ID to resume after, and nothing to be repeated', () => {
    const memory = new ReplayMemory();
    expect([memory.lastEventId, memory.recall()]).toEqual(['', []]);
  });

  test('remembers the last 256 messages, one by one or together', () => {
    const all = messages(300);
    const apart = remembering(...all.map((one) => [one]));
    const together = remembering(all);
    const twice = remembering(all.slice(0, 200), all.slice(200));
    const owning = remembering(...all.map((one) => ({ ...batchOf(one), ownIds: true })));
    for (const memory of [apart, together, twice, owning]) {
      expect(memory.recall()).toHaveLength(mostMessages);
      expect(known(memory, ...all)).toEqual(all.slice(-mostMessages).map(({ id }) => id));
      expect(memory.lastEventId).toBe('300');
    }
  });

  test('knows a message by its ID, its event and its data', () => {
    const memory = remembering([message('1'), message('2')]);
    expect(known(memory, message('1'), message('2'))).toEqual(['1', '2']);
    const others = [message('3', 'data of 1'), message('1', 'other'), { ...message('1'), event: 'other' }];
    expect(known(memory, ...others)).toEqual([]);
  });

  test('knows every character of the last message, however long', () => {
    const text = 'a'.repeat(20_000);
    for (const place of [0, 1, 777, 10_001, 19_998, 19_999]) {
      const other = `${text.slice(0, place)}b${text.slice(place + 1)}`;
      for (const pause of [true, false]) {
        const memory = remembering([message('1', text)]);
        if (pause) memory.forgetText();
        expect(known(memory, message('1', other))).toEqual([]);
        expect(known(memory, message('1', text))).toEqual(['1']);
      }
    }
  });

  test('looks at every character only of the last message before a pause: that takes long', () => {
    const memory = remembering([message('1'), message('2')], [message('3'), message('4')]);
    expect(memory.recall().map(({ exact }) => exact !== undefined)).toEqual([false, false, false, true]);
  });

  test('knows data that is not text, as a transport of your own may deliver it', () => {
    const memory = remembering([message('1', null), message('2', { a: [1] }), message('3', undefined)]);
    const same = [message('1', null), message('2', { a: [1] }), message('3', undefined)];
    expect(known(memory, ...same)).toEqual(['1', '2', '3']);
    expect(known(memory, message('2', { a: [2] }))).toEqual([]);
  });

  test('expects no replay where two messages have the same ID: then IDs identify nothing', () => {
    expect(remembering([message('1'), message('2'), message('1', 'other')]).recall()).toEqual([]);
    expect(remembering({ ...batchOf(message('0'), message('0')), ownIds: true }).recall()).toEqual([]);
    // One is in the wake of the other, and has no ID of its own.
    expect(remembering([message('5'), message('5', 'no ID')]).recall()).toHaveLength(1);
  });

  test('remembers only messages that brought an ID of their own', () => {
    const [first, second, third] = [message('1'), message('1', 'no ID'), message('2')];
    for (const ownIds of [undefined, [true, false, true]]) {
      expect(remembering({ ...batchOf(first, second, third), ownIds }).recall()).toHaveLength(2);
    }
    const nameless = remembering({ messages: [message('7')], ownIds: false, lastEventId: '7' });
    expect([nameless.recall(), nameless.lastEventId]).toEqual([[], '7']);
  });

  test('has seen what it has delivered, and the IDs that came without a message', () => {
    const memory = remembering([message('1')], { messages: [], lastEventId: 'checkpoint' }, [message('2')]);
    expect(['1', 'checkpoint', '2', '3', ''].map((id) => memory.hasSeen(id))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

test('the ID in force is one that was seen, and so is each of the latest messages', () => {
  const memory = remembering([message('1'), message('2'), message('3')]);
  expect(['1', '2', '3', '4'].map((id) => memory.hasSeen(id))).toEqual([true, true, true, false]);
  memory.rewind('elsewhere');
  expect(['elsewhere', '1'].map((id) => memory.hasSeen(id))).toEqual([true, false]);
});

test('no two texts have the same number', () => {
  const texts = ['', '\0', '\0\0', 'a', '\0a', 'a\0', 'ab', 'ba', '\u0100', 'ā\0'];
  texts.push(...Array.from({ length: 1_000 }, (_, index) => `${index}`));
  expect(new Set(texts.map(numberOf)).size).toBe(new Set(texts).size);
});

describe('a new attempt', () => {
  test('that resumes after the last message forgets nothing', () => {
    const memory = remembering(messages(300));
    memory.rewind('300');
    expect(known(memory, message('45'), message('300'))).toEqual(['45', '300']);
  });

  test('that resumes after the ID in force forgets nothing, even where no message brought that ID', () => {
    const memory = remembering([message('1')], {
      messages: [message('7')],
      ownIds: false,
      lastEventId: '7',
    });
    memory.rewind('7');
    expect(known(memory, message('1'))).toEqual(['1']);
  });

  test('that resumes after an earlier message takes the messages after it as news', () => {
    const memory = remembering(messages(300));
    memory.rewind('290');
    expect(known(memory, message('289'), message('290'), message('291'))).toEqual(['289', '290']);
    expect([memory.lastEventId, memory.hasSeen('291')]).toEqual(['290', false]);
  });

  test('that resumes after a checkpoint forgets no message', () => {
    const memory = remembering([message('1')], { messages: [], lastEventId: 'checkpoint' }, [message('2')]);
    memory.rewind('checkpoint');
    expect(known(memory, message('1'), message('2'))).toEqual(['1', '2']);
  });

  test('that resumes after an ID nobody knows, or after none, begins anew', () => {
    for (const id of ['elsewhere', '']) {
      const memory = remembering([message('1')]);
      memory.rewind(id);
      expect([memory.lastEventId, memory.recall()]).toEqual([id, []]);
    }
  });
});

test('while another request is on its way, there is room for as many messages as are remembered', () => {
  const memory = new ReplayMemory();
  expect(memory.hasRoomFor(batchOf(...messages(1_000)))).toBe(true);
  memory.startRequest();
  expect(memory.hasRoomFor(batchOf(...messages(mostMessages - 1)))).toBe(true);
  expect(memory.hasRoomFor(batchOf(message('1')))).toBe(true);
  expect(memory.hasRoomFor(batchOf(message('2')))).toBe(false);
  memory.endRequest();
  expect(memory.hasRoomFor(batchOf(...messages(1_000)))).toBe(true);
});

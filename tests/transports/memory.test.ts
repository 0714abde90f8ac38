import { describe, expect, test } from 'vitest';
import type { MessageBatch } from '../../machines/message.ts';
import { createMemory, type StreamMemory } from '../../transports/memory.ts';
import type { TextMessage } from '../../transports/transport.ts';

/** As much text as is kept in memory for the sake of replays, in characters. */
const mostText = 2 ** 20;

describe('a connection that is new', () => {
  test('has no ID to resume after', () => {
    expect(createMemory().lastEventId).toBe('');
  });

  test('expects no replays', () => {
    expect(nextStream(createMemory()).isReplaying).toBe(false);
  });
});

describe('a replay', () => {
  test('may come until the last message that was delivered has come again', () => {
    const memory = createMemory();
    memory.remember(batchOf(message('1'), message('2')));
    const request = nextStream(memory);
    expect(request.isReplaying).toBe(true);
    expect(request.isReplay?.(message('1'))).toBe(true);
    expect(request.isReplaying).toBe(true);
    expect(request.isReplay?.(message('2'))).toBe(true);
    expect(request.isReplaying).toBe(false);
  });

  test('is not looked for after the first 1,024 messages of a stream', () => {
    const memory = createMemory();
    memory.remember(batchOf(message('1'), message('2')));
    const { isReplay } = nextStream(memory);
    for (let news = 1; news < 1_024; news += 1) expect(isReplay?.(message(`news ${news}`))).toBe(false);
    expect(isReplay?.(message('1'))).toBe(true);
    expect(isReplay?.(message('2'))).toBe(false);
  });

  test('has the name of the message that was delivered, too', () => {
    const memory = createMemory();
    memory.remember(batchOf(message('1')));
    expect(known(memory, { ...message('1'), event: 'correction' })).toEqual([]);
  });

  test('has an ID, even if a message without one was delivered too', () => {
    const memory = createMemory();
    memory.remember(batchOf(message(''), message('1')));
    expect(known(memory, message(''), message('1'))).toEqual(['1']);
  });

  test('is none of a stream that takes its ID back, for nothing can be asked for again', () => {
    const memory = createMemory();
    memory.remember({ ...batchOf(message('1')), lastEventId: '' });
    expect(nextStream(memory).isReplaying).toBe(false);
  });

  test('is known by data that is not text, as a transport of your own may deliver it', () => {
    const memory = createMemory();
    memory.remember({ messages: [{ ...message('1'), data: null }], lastEventId: '1' });
    memory.remember({ messages: [{ ...message('2'), data: 2 }], lastEventId: '2' });
    memory.remember(batchOf(message('3')));
    expect(nextStream(memory).isReplay?.({ ...message('2'), data: 2 as never })).toBe(true);
  });
});

describe('what is remembered', () => {
  test('are the last 256 messages when they come one by one', () => {
    const memory = createMemory();
    for (const one of messages(257)) memory.remember(batchOf(one));
    expect(known(memory, message('1'), message('2'), message('257'))).toEqual(['2', '257']);
  });

  test('is the last message, however long', () => {
    const memory = createMemory();
    const long = message('1', 'a'.repeat(mostText + 1));
    memory.remember(batchOf(long));
    expect(known(memory, long)).toEqual(['1']);
  });

  test('is as much text as there is room for, to the last character', () => {
    const memory = createMemory();
    const half = 'a'.repeat(mostText / 2);
    memory.remember(batchOf(message('1', half)));
    memory.remember(batchOf(message('2', half)));
    expect(known(memory, message('1', half))).toEqual(['1']);
    memory.remember(batchOf(message('3', 'a')));
    expect(known(memory, message('1', half), message('2', half))).toEqual(['2']);
  });

  test('makes room for later text when it is forgotten', () => {
    const memory = createMemory();
    const most = 'a'.repeat(0.6 * mostText);
    for (const id of ['1', '2']) memory.remember(batchOf(message(id, most)));
    memory.remember(batchOf(message('3')));
    expect(known(memory, message('1', most), message('2', most), message('3'))).toEqual(['2', '3']);
  });

  test('is not forgotten for what brings no message', () => {
    const memory = createMemory();
    memory.remember(batchOf(message('1')));
    memory.remember({ messages: [], lastEventId: '2', characters: mostText });
    memory.remember(batchOf(message('3')));
    expect(known(memory, message('1'))).toEqual(['1']);
  });
});

describe('a new attempt', () => {
  test('that resumes after the last message forgets nothing', () => {
    const memory = createMemory();
    memory.remember(batchOf(...messages(300)));
    memory.rewind('300');
    expect(known(memory, message('1'), message('300'))).toEqual(['1', '300']);
  });

  test('that resumes after an earlier message remembers that one and the 255 before it', () => {
    const memory = createMemory();
    memory.remember(batchOf(...messages(300)));
    memory.rewind('290');
    expect(known(memory, message('34'), message('35'), message('290'), message('291'))).toEqual([
      '35',
      '290',
    ]);
  });

  test('that resumes after an ID that the stream went back to takes what followed it as news', () => {
    const memory = createMemory();
    memory.remember(batchOf(message('1'), message('2')));
    memory.remember({ messages: [], lastEventId: '1' });
    memory.rewind('1');
    expect(known(memory, message('1'), message('2'))).toEqual(['1']);
  });

  test('that resumes after an ID nobody knows forgets everything, and has all the room again', () => {
    const memory = createMemory();
    const long = message('1', 'a'.repeat(mostText - 100));
    memory.remember(batchOf(long));
    memory.rewind('elsewhere');
    expect(known(memory, long)).toEqual([]);
    memory.remember(batchOf(message('2'), message('3')));
    memory.rewind('2');
    memory.remember(batchOf(message('4', 'a'.repeat(1_000))));
    expect(known(memory, message('2'))).toEqual(['2']);
  });
});

describe('while the next stream is on its way, there is room', () => {
  test('for text up to the last character that can be remembered', () => {
    const memory = createMemory();
    memory.request();
    expect(memory.hasRoomFor(batchOf(message('1', 'a'.repeat(mostText - 1))))).toBe(true);
    expect(memory.hasRoomFor(batchOf(message('2', 'a')))).toBe(true);
    expect(memory.hasRoomFor(batchOf(message('3', 'a')))).toBe(false);
  });
});

function message(id: string, data = `data of ${id}`): TextMessage {
  return { event: 'message', data, id };
}

/** Messages with the IDs from 1 on. */
function messages(count: number): TextMessage[] {
  return Array.from({ length: count }, (_, index) => message(`${index + 1}`));
}

function batchOf(...all: TextMessage[]): MessageBatch {
  return { messages: all, lastEventId: all.at(-1)?.id ?? '' };
}

/** A stream that is asked for and accepted. */
function nextStream(memory: StreamMemory) {
  const request = memory.request();
  memory.startStream();
  return request;
}

/** The IDs of those that are known when a stream begins with them. */
function known(memory: StreamMemory, ...all: TextMessage[]): string[] {
  return all.filter((one) => nextStream(memory).isReplay?.(one)).map(({ id }) => id);
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message, MessageBatch } from '../../machines/message.ts';
import { createTestClock } from '../../testing/clock.ts';
import { createReplayFilter } from '../../transports/replays/replay-filter.ts';
import { ReplayMemory } from '../../transports/replays/replay-memory.ts';
import { propertyParameters } from '../support/property-runs.ts';

/** One block of a stream: `5` is a message with that ID, `5=x` has other data, `-x` has no ID, `#5` is an ID alone. */
function blockOf(word: string): { message?: Message; id?: string; isOwn: boolean } {
  if (word.startsWith('#')) return { id: word.slice(1), isOwn: true };
  if (word.startsWith('-')) return { message: { event: 'message', data: word, id: '' }, isOwn: false };
  const [id = '', data = `data of ${word}`] = word.split('=');
  return { message: { event: 'message', data, id }, id, isOwn: true };
}

/** The batch that a transport would make of the blocks, in one go. */
function batchOf(words: string, inForce: string): MessageBatch {
  let lastEventId = inForce;
  const messages: Message[] = [];
  const ownIds: boolean[] = [];
  for (const word of words.split(' ').filter(Boolean)) {
    const { message, id, isOwn } = blockOf(word);
    lastEventId = id ?? lastEventId;
    if (!message) continue;
    messages.push({ ...message, id: lastEventId });
    ownIds.push(isOwn);
  }
  return { messages, ownIds, lastEventId };
}

/** A connection: streams after each other, and what is delivered of them. */
function connection(isActive = true) {
  const clock = createTestClock();
  const memory = new ReplayMemory();
  let delivered: string[] = [];
  function deliver(batch: MessageBatch): void {
    memory.remember(batch);
    delivered.push(...batch.messages.map(wordOf));
  }
  function open(askedAfter = memory.lastEventId) {
    const filter = createReplayFilter({ replays: memory, askedAfter, isActive, clock, deliver });
    let inForce = askedAfter;
    return {
      ...filter,
      /** Each string comes in one go. */
      receive(...chunks: string[]): string {
        for (const chunk of chunks) {
          const batch = batchOf(chunk, inForce);
          inForce = batch.lastEventId;
          filter.take(batch);
        }
        return taken();
      },
    };
  }
  function taken(): string {
    const words = delivered.join(' ');
    delivered = [];
    return words;
  }
  return { clock, memory, open, taken };
}

function wordOf({ id, data }: Message): string {
  if (String(data).startsWith('-')) return String(data);
  return data === `data of ${id}` ? id : `${id}=${data}`;
}

describe('a new stream', () => {
  test.each([
    ['repeats all that was delivered', '1 2 3', '1 2 3 4', '4'],
    ['repeats the end of it', '1 2 3', '2 3 4', '4'],
    ['repeats the last one only', '1 2 3', '3 4', '4'],
    ['repeats nothing', '1 2 3', '4 5', '4 5'],
    ['numbers anew, and has another thing to say', '1=open 2=closed', '1=other', '1=other'],
    ['numbers anew, and says the same at first', '1=open 2=closed', '1=open 2=other', '1=open 2=other'],
    ['repeats in another order', '1 2 3', '2 1 3', '2 1 3'],
    ['repeats with a hole', '1 2 3', '1 3', '1 3'],
    ['says hello before it repeats', '1 2 3', '-hello 2 3 4', '-hello 4'],
    ['repeats more than is known', '5 6', '1 2 3 4 5 6 7', '1 2 3 4 7'],
    ['says something without an ID in between', '1 2 3', '2 -ping 3 4', '-ping 4'],
    ['says what was said before, without an ID', '-a 1 -b', '-a -b', '-a -b'],
    [
      'gives different messages the same ID, as the one before did',
      '1=a 2=b 1=c',
      '1=a 2=b 1=c',
      '1=a 2=b 1=c',
    ],
  ])('%s', (_, before, after, expected) => {
    for (const chunks of [[after], after.split(' ')]) {
      const { open } = connection();
      open().receive(before);
      expect(open().receive(...chunks)).toBe(expected);
    }
  });

  test('that repeats the beginning only has it delivered after a second: the server numbers anew', () => {
    const { clock, memory, open, taken } = connection();
    open().receive('1=open 2=closed');
    const stream = open();
    expect([stream.receive('1=open'), memory.lastEventId]).toEqual(['', '2']);
    clock.advance(999);
    expect(taken()).toBe('');
    clock.advance(1);
    expect([taken(), memory.lastEventId, clock.pending]).toEqual(['1=open', '1', 0]);
    expect(stream.receive('2=closed')).toBe('2=closed');
  });

  test('counts what it leaves out', () => {
    const { memory, open } = connection();
    open().receive('1 2 3');
    open().receive('2 -ping 3 4');
    expect(memory.dropped).toBe(2);
    open().receive('3 4');
    expect(memory.dropped).toBe(4);
  });

  test('takes an ID that comes alone for news only with what is held back before it', () => {
    const { clock, memory, open, taken } = connection();
    open().receive('1 2 3');
    expect([open().receive('1', '#7'), memory.lastEventId]).toEqual(['', '3']);
    clock.advance(1_000);
    expect([taken(), memory.lastEventId]).toEqual(['1', '7']);
  });

  test('that repeats in several chunks what was delivered is waited for by one timer, which goes with the replay', () => {
    const { clock, open } = connection();
    open().receive('1 2 3');
    const stream = open();
    stream.receive('1', '2');
    expect(clock.pending).toBe(1);
    expect([stream.receive('3'), clock.pending]).toEqual(['', 0]);
  });

  test('that ends delivers what was held back; one that breaks will send it again', () => {
    const ended = connection();
    ended.open().receive('1=open 2=closed');
    const last = ended.open();
    last.receive('1=open');
    last.end();
    expect([ended.taken(), ended.memory.lastEventId, ended.clock.pending]).toEqual(['1=open', '1', 0]);

    const broken = connection();
    broken.open().receive('1=open 2=closed');
    const first = broken.open();
    first.receive('1=open');
    first.dispose();
    expect([broken.taken(), broken.memory.lastEventId, broken.clock.pending]).toEqual(['', '2', 0]);
    expect(broken.open().receive('1=open 3')).toBe('1=open 3');
  });

  test('that was asked for while the one before went on repeats what that has delivered since', () => {
    const { open } = connection();
    const first = open();
    first.receive('1 2 3');
    const askedAfter = '3';
    first.receive('4 5');
    const second = open(askedAfter);
    second.settle(); // however late
    expect(second.receive('4', '5', '6')).toBe('6');
  });

  test('that overlaps and ends amid its replay is not taken for news', () => {
    const { open, taken, memory } = connection();
    const first = open();
    first.receive('1 2 3');
    first.receive('4 5');
    const second = open('3');
    second.receive('4');
    second.end();
    expect([taken(), memory.lastEventId]).toEqual(['', '5']);
  });

  test('that has lasted brings news only', () => {
    const { open } = connection();
    open().receive('1 2 3');
    const stream = open();
    stream.settle();
    expect(stream.receive('2 3')).toBe('2 3');
  });

  test('is looked at for its first 1,024 messages only', () => {
    const { open } = connection();
    open().receive('1 2');
    const news = Array.from({ length: 1_024 }, (_, index) => `n${index}`);
    expect(open().receive(...news, '1 2')).toBe([...news, '1 2'].join(' '));
  });

  test('delivers everything where that is wanted', () => {
    const { open } = connection(false);
    open().receive('1 2 3');
    expect(open().receive('2 3 4')).toBe('2 3 4');
  });
});

describe('the ID to resume after', () => {
  test.each([
    ['stays where it is when nothing is new', '1 2 3', '1 2 3', '3'],
    ['moves with what is news', '1 2 3', '2 3 4', '4'],
    ['stays for a message without an ID', '1 2', '-a', '2'],
    ['moves with an ID that comes alone', '1 2', '#7', '7'],
    ['moves with one that comes amid a replay only if nothing of it follows', '1 2 3', '1 2 #7 3', '3'],
    ['moves with one that comes after a replay', '1 2 3', '1 2 3 #7', '7'],
    ['moves with the message that shows what was held back to be none', '1 2 3', '1 #7 9', '9'],
    ['stays at one that came alone, after the last message that is repeated', '1 2 #7', '1 2', '7'],
    ['is taken back with an empty one', '1 2', '#', ''],
    ['moves with one before a message without an ID', '1', '#7 -a', '7'],
  ])('%s', (_, before, after, expected) => {
    for (const chunks of [[after], after.split(' ')]) {
      const { memory, open } = connection();
      open().receive(before);
      open().receive(...chunks);
      expect(memory.lastEventId).toBe(expected);
    }
  });

  test.each([
    ['', true],
    [' whose replays are delivered', false],
  ])('is not set back by a stream%s that was asked for before it moved on', (_, isActive) => {
    const { memory, open } = connection(isActive);
    const first = open();
    first.receive('1');
    first.receive('2 3');
    const second = open('1');
    second.receive('');
    expect(second.receive('-a')).toBe('-a');
    expect(memory.lastEventId).toBe('3');
  });
});

test('a log with IDs of their own arrives exactly once and in order, however it is cut and repeated', () => {
  const cut = fc.record({
    /** How many of the events before it repeats, and how many blocks it gets to send before it breaks. */
    repeats: fc.nat(8),
    blocks: fc.nat(14),
    chunk: fc.integer({ min: 1, max: 5 }),
  });
  const property = fc.property(fc.array(cut, { maxLength: 12 }), (streams) => {
    const { memory, open } = connection();
    let delivered = '';
    for (const { repeats, blocks, chunk } of streams) {
      const first = Math.max(0, Number(memory.lastEventId) - repeats) + 1;
      const ids = Array.from({ length: blocks }, (_, index) => String(first + index));
      const stream = open();
      for (let at = 0; at < ids.length; at += chunk) {
        delivered += ` ${stream.receive(ids.slice(at, at + chunk).join(' '))}`;
      }
      stream.dispose();
    }
    const all = Array.from({ length: Number(memory.lastEventId) }, (_, index) => String(index + 1));
    expect(delivered.split(' ').filter(Boolean)).toEqual(all);
  });
  fc.assert(property, propertyParameters(500));
});

import { describe, expect, test } from 'vitest';
import type { MessageBatch } from '../../machines/message.ts';
import { createStreamLog, type Position, positionAfter } from '../../tabs/stream-log.ts';

/** A batch of messages: `a1` brings the ID 1, `b` none; an ID by itself at the end is a checkpoint. */
function batch(before: string, ...words: string[]): MessageBatch {
  let id = before;
  const messages = [];
  const ownIds = [];
  for (const word of words) {
    const [, data = '', own = ''] = /^([a-z]*)(\d*)$/.exec(word) ?? [];
    if (own) id = own;
    if (!data) continue;
    messages.push({ event: 'message', data, id });
    ownIds.push(own !== '');
  }
  return { messages, ownIds, lastEventId: id };
}

function logOf(...batches: MessageBatch[]) {
  const log = createStreamLog();
  log.begin('', undefined);
  batches.forEach(log.append);
  return log;
}

const at = (id: string, beyond = 0): Position => ({ id, beyond });
const dataOf = (batches: readonly MessageBatch[] | undefined) =>
  batches?.flatMap(({ messages }) => messages.map(({ data }) => data)).join(' ');

describe('what comes after a position', () => {
  const log = logOf(
    batch('', 'a1', 'b2', 'c'),
    batch('2', 'd', 'e3'),
    batch('3', '4'),
    batch('4', 'f'),
    batch('4', 'g5'),
  );

  test.each([
    [at('1'), 'b c d e f g'],
    [at('2'), 'c d e f g'],
    [at('2', 1), 'd e f g'],
    [at('2', 2), 'e f g'],
    [at('3'), 'f g'],
    [at('4'), 'f g'],
    [at('4', 1), 'g'],
    [at('5'), ''],
  ])('%o: %s', (position, rest) => {
    expect(dataOf(log.after(position))).toBe(rest);
  });

  test('is unknown for an ID that never came', () => {
    expect(log.after(at('9'))).toBeUndefined();
  });

  test('is counted the same by whoever hears it', () => {
    let position = at('');
    const heard: MessageBatch[] = [];
    for (const one of log.content.pieces) {
      position = positionAfter(one, position);
      heard.push(one);
      const after = log.content.pieces.slice(heard.length);
      expect(dataOf(log.after(position)), JSON.stringify(position)).toBe(dataOf(after));
    }
  });

  test('is what comes after the last of several with one ID', () => {
    expect(dataOf(logOf(batch('', 'a1', 'b2', 'c1', 'd2')).after(at('1')))).toBe('d');
  });
});

describe('what comes after the beginning of a stretch', () => {
  const from = (id: string, count: number) => {
    const log = createStreamLog();
    log.begin(id, undefined);
    for (let index = 0; index < count; index += 1) log.append({ messages: [], lastEventId: `${index}` });
    return log;
  };

  test('is all of it', () => {
    expect(from('start', 3).after(at('start'))).toHaveLength(3);
  });

  test('is unknown once some of it is forgotten', () => {
    expect(from('start', 1_001).after(at('start'))).toBeUndefined();
  });

  test('is counted where its first messages have no ID', () => {
    const log = from('start', 0);
    log.append(batch('start', 'a', 'b', 'c'));
    expect(dataOf(log.after(at('start', 1)))).toBe('b c');
    log.append({ messages: [], lastEventId: 'start' }); // says nothing that is new
    expect(dataOf(log.after(at('start', 3)))).toBe('');
  });
});

test('where a message stands does not depend on how the stream was cut into batches', () => {
  const whole = batch('1', 'a2', 'b', 'c');
  const parts = [batch('1', 'a2'), batch('2', 'b'), batch('2'), batch('2', 'c')];
  const position = { id: '2', beyond: 2 };
  expect(positionAfter(whole, at('1'))).toEqual(position);
  expect(parts.reduce((before, part) => positionAfter(part, before), at('1'))).toEqual(position);
});

describe('another stretch', () => {
  test('that goes on after the last event keeps all', () => {
    const log = logOf(batch('', 'a1', 'b2'));
    log.begin('2', undefined);
    log.append(batch('2', 'c3'));
    expect(dataOf(log.after(at('1')))).toBe('b c');
    expect(dataOf(log.after(at('2')))).toBe('c');
  });

  test('that goes on after an earlier one forgets what will come again', () => {
    const log = logOf(batch('', 'a1', 'b2'), batch('2', 'c3'));
    log.begin('1', undefined);
    expect(log.after(at('2'))).toBeUndefined();
    log.append(batch('1', 'b2', 'c3', 'd4'));
    expect(dataOf(log.after(at('2')))).toBe('c d');
    expect(dataOf(log.after(at('1')))).toBe('b c d');
  });

  test('that goes on after one that is unknown forgets all', () => {
    const log = logOf(batch('', 'a1'));
    log.begin('7', undefined);
    log.append(batch('7', 'h8'));
    expect(log.after(at('1'))).toBeUndefined();
    expect(dataOf(log.after(at('7')))).toBe('h');
  });

  test('numbers its messages on', () => {
    const log = logOf(batch('', 'a1'), batch('1', 'b2'));
    const { next } = log.content;
    log.begin('2', undefined);
    expect([next, log.content.stretch.first, log.content.next]).toEqual([2, 2, 2]);
  });
});

test('a copy knows the same', () => {
  const log = logOf(batch('', 'a1', 'b2'), batch('2', 'c3'));
  const copy = createStreamLog();
  copy.copy(log.content);
  expect(copy.content).toEqual(log.content);
  expect(dataOf(copy.after(at('1')))).toBe('b c');
});

test('no more is remembered than a thousand messages, or a quarter of a million characters', () => {
  const log = logOf();
  for (let index = 1; index <= 1_500; index += 1) log.append(batch(String(index - 1), `a${index}`));
  expect(log.content.pieces).toHaveLength(1_000);
  expect(log.content.next).toBe(1_500);
  expect(log.after(at('400'))).toBeUndefined();
  expect(dataOf(log.after(at('500')))).toMatch(/^a a/);
  expect(log.after(at(''))).toBeUndefined();
  const long = { event: 'message', data: 'x'.repeat(100_000), id: '' };
  const heavy = logOf();
  for (let index = 0; index < 10; index += 1) heavy.append({ messages: [long], lastEventId: '' });
  expect(heavy.content.pieces).toHaveLength(2);
});

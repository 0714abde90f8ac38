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
    for (const one of log.known.batches) {
      position = positionAfter(one, position);
      heard.push(one);
      const after = log.known.batches.slice(heard.length);
      expect(dataOf(log.after(position)), JSON.stringify(position)).toBe(dataOf(after));
    }
  });

  test('is what comes after the last of several with one ID', () => {
    expect(dataOf(logOf(batch('', 'a1', 'b2', 'c1', 'd2')).after(at('1')))).toBe('d');
  });
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

  test('numbers its batches on', () => {
    const log = logOf(batch('', 'a1'), batch('1', 'b2'));
    const { next } = log.known;
    log.begin('2', undefined);
    expect([next, log.known.stretch.first, log.known.next]).toEqual([2, 2, 2]);
  });
});

test('a copy knows the same', () => {
  const log = logOf(batch('', 'a1', 'b2'), batch('2', 'c3'));
  const { stretch, first, batches } = log.known;
  const copy = createStreamLog();
  copy.copy(stretch, first, batches);
  expect(copy.known).toEqual(log.known);
  expect(dataOf(copy.after(at('1')))).toBe('b c');
});

test('no more is remembered than a thousand messages, or a quarter of a million characters', () => {
  const log = logOf();
  for (let index = 1; index <= 1_500; index += 1) log.append(batch(String(index - 1), `a${index}`));
  expect(log.known.batches).toHaveLength(1_000);
  expect(log.known.next).toBe(1_500);
  expect(log.after(at('400'))).toBeUndefined();
  const long = { event: 'message', data: 'x'.repeat(100_000), id: '' };
  const heavy = logOf();
  for (let index = 0; index < 10; index += 1) heavy.append({ messages: [long], lastEventId: '' });
  expect(heavy.known.batches).toHaveLength(2);
});

import { describe, expect, test } from 'vitest';
import { batchParser } from '../../transports/parse.ts';

const message = (data: unknown) => ({ event: 'note', data, id: '7' });

/** Parses the text of one message. */
function read(text: string, parse: Parameters<typeof batchParser>[0] = 'auto'): unknown {
  const reports: unknown[] = [];
  const [parsed] = batchParser(parse, (error) => reports.push(error))([message(text)]);
  expect(reports).toEqual([]);
  return parsed?.data;
}

describe("a `parse` of 'auto'", () => {
  test.each([
    ['{"a":1}', { a: 1 }],
    [' {"a":1}', { a: 1 }],
    ['[1,2]', [1, 2]],
    ['"text"', 'text'],
    ['42', 42],
    ['-1.5', -1.5],
    ['  7', 7],
    ['true', true],
    [' false ', false],
    ['\n null\t ', null],
  ])('reads %j as JSON', (text, data) => {
    expect(read(text)).toEqual(data);
  });

  test.each([
    '',
    'text',
    'true story',
    'not true',
    'truefalse',
    'nullable',
    '{ a: 1 }',
    '[1',
    '12:30',
    '-',
    '"',
  ])('leaves %j as it is', (text) => {
    expect(read(text)).toBe(text);
  });
});

test("a `parse` of 'text' leaves everything as it is, also the batch", () => {
  const batch = [message('{"a":1}')];
  expect(batchParser('text', () => {})(batch)).toBe(batch);
});

test('a function gets the text and its message; what is no text is not for it', () => {
  const given: unknown[] = [];
  const parse = (...all: unknown[]) => given.push(all);
  const binary = message(new Uint8Array());
  const parsed = batchParser(parse, () => {})([message('a'), binary]);
  expect(given).toEqual([['a', message('a')]]);
  expect(parsed).toEqual([message(1), binary]);
});

test('a message that cannot be parsed is left out, and reported by its name without its text', () => {
  const reports: unknown[] = [];
  const fault = new Error('broken');
  const parse = (text: string) => {
    if (text === 'the password is 1234') throw fault;
    return text;
  };
  const parsed = batchParser(parse, (error) => reports.push(error))([
    message('a'),
    message('the password is 1234'),
    message('b'),
  ]);
  expect(parsed).toEqual([message('a'), message('b')]);
  expect(reports).toMatchObject([
    { kind: 'invalid', message: "`parse` threw; a message of 'note' is left out.", cause: fault },
  ]);
});

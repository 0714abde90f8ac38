import { expect, test } from 'vitest';
import { body } from '../support/sse-server.ts';
import { dataOf, listen, reached, server } from '../support/stepped-connection.ts';

// The tokens of an answer are text, and some of them are JSON as well.

const tokens = ['The answer is', '42', 'true', 'null', '"so"', '[DONE]'];

test.each([
  ['text', tokens],
  ['auto', ['The answer is', 42, true, null, 'so', '[DONE]']],
] as const)("with `parse: '%s'` the tokens of an answer are %j", async (parse, expected) => {
  server.answer(body(...tokens.map((token) => `event: token\ndata: ${token}\n\n`)));
  const { connection, received } = listen({
    method: 'POST',
    body: 'question',
    closeOn: ({ data }) => data === '[DONE]',
    parse,
  });
  await reached(connection, 'closed');
  expect(dataOf(received)).toEqual(expected);
});

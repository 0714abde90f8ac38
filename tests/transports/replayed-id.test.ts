import { expect, test } from 'vitest';
import { createConnection } from '../../index.ts';
import { until } from '../support/until.ts';

test('a replayed block that has nothing but an ID does not make what was delivered after it come again', async () => {
  // The reply of the server to each request, before the stream breaks.
  const replies = [
    'id: 1\ndata: a\n\nid: 2\n\nid: 3\ndata: c\n\n',
    'id: 2\n\n', // a server that replays more than it was asked for, and is cut short
    'id: 3\ndata: c\n\nid: 4\ndata: d\n\n',
  ];
  const delivered: string[] = [];
  const connection = createConnection('https://events.example/', {
    parse: 'text',
    retryDelay: 0,
    fetch: async () =>
      new Response(replies.shift() ?? '', { headers: { 'content-type': 'text/event-stream' } }),
  });
  connection.on('*', ({ id }) => delivered.push(id));
  await until(() => delivered.includes('4'));
  await connection[Symbol.asyncDispose]();
  expect(delivered).toEqual(['1', '3', '4']);
});

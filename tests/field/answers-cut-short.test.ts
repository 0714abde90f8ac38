import { describe, expect, test } from 'vitest';
import type { AnyMessage, ConnectionOptions, EventMap } from '../../index.ts';
import { type Answer, body, stream } from '../support/sse-server.ts';
import { clock, connect, dataOf, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

const question = { method: 'POST', body: 'What is new?' } as const;

/** Half an answer that a proxy has made look whole. */
const half = body('event: message_start\ndata: Once\n\n', 'event: delta\ndata: upon\n\n');
const whole = body(
  'event: delta\ndata: Once\n\n',
  'event: message_stop\ndata\n\n',
  'event: delta\ndata: more\n\n',
);

/** Iterates until the end, and says what came and how it ended. */
async function readAll(options: ConnectionOptions) {
  const seen: unknown[] = [];
  const iterated = (async () => {
    for await (const message of connect(options) as AsyncIterable<AnyMessage<EventMap>>)
      seen.push(message.data);
  })();
  const thrown = await iterated.then(
    () => undefined,
    (error: unknown) => error,
  );
  return { seen, thrown };
}

describe('an answer to a POST that ends without its last message', () => {
  test('was cut short: the connection has failed, with the kind `ended`', async () => {
    server.answer(half);
    const { connection, received } = listen({ ...question, closeOn: 'message_stop' });
    await reached(connection, 'failed');
    expect(connection.state).toMatchObject({ closeReason: null, error: { kind: 'ended' } });
    expect(connection.state.error?.message).toContain('closeOn');
    expect(dataOf(received)).toEqual(['Once', 'upon']);
    clock.advance(600_000);
    await quiet();
    expect(server.requests).toHaveLength(1);
  });

  test('makes `for await` throw, after all that came', async () => {
    server.answer(half);
    const { seen, thrown } = await readAll({ ...question, closeOn: 'message_stop' });
    expect(seen).toEqual(['Once', 'upon']);
    expect(thrown).toMatchObject({ name: 'ConnectionError', kind: 'ended' });
  });

  test('counts as complete when no last message is named', async () => {
    server.answer(half);
    const { seen, thrown } = await readAll(question);
    expect([seen, thrown]).toEqual([['Once', 'upon'], undefined]);
  });
});

describe('an answer that ends with its last message is whole', () => {
  test.each([
    ['named', 'message_stop'],
    ['one of several names', ['error', 'message_stop']],
    ['told by a test', ({ event }) => event === 'message_stop'],
  ] satisfies [string, ConnectionOptions['closeOn']][])(
    '%s, and what follows is not delivered',
    async (_, closeOn) => {
      server.answer(whole);
      const { seen, thrown } = await readAll({ ...question, closeOn });
      expect([seen, thrown]).toEqual([['Once', ''], undefined]);
      await until(() => server.sockets.size === 0);
    },
  );

  test('`[DONE]` is data, not a name', async () => {
    server.answer(body('data: {"text":"Once"}\n\n', 'data: [DONE]\n\n'));
    const { seen, thrown } = await readAll({ ...question, closeOn: ({ data }) => data === '[DONE]' });
    expect([seen, thrown]).toEqual([[{ text: 'Once' }, '[DONE]'], undefined]);
  });

  test('though the server keeps the stream open after it', async () => {
    server.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: [DONE]\n\n');
    });
    const { seen, thrown } = await readAll({ ...question, closeOn: ({ data }) => data === '[DONE]' });
    expect([seen, thrown]).toEqual([['[DONE]'], undefined]);
    await until(() => server.sockets.size === 0);
  });
});

describe('a stream that ends without its last message, and may be asked for again,', () => {
  test('is asked for again after what it brought: a GET', async () => {
    server.answer(
      body('id: 1\ndata: Once\n\n'),
      body('id: 2\ndata: upon\n\n', 'event: message_stop\ndata\n\n'),
    );
    const { connection, received } = listen({ closeOn: 'message_stop' });
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await reached(connection, 'closed');
    expect(connection.state).toMatchObject({ closeReason: 'ended', error: null });
    expect(dataOf(received)).toEqual(['Once', 'upon', '']);
  });

  test('is carried on by a GET: a POST with `resume`', async () => {
    server.answer(
      body('id: 1\ndata: Once\n\n'),
      body('id: 2\ndata: upon\n\n', 'event: message_stop\ndata\n\n'),
    );
    const { connection, received } = listen({ ...question, resume: {}, closeOn: 'message_stop' });
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await reached(connection, 'closed');
    expect(dataOf(received)).toEqual(['Once', 'upon', '']);
    expect(server.requests.map(({ method, lastEventId }) => [method, lastEventId])).toEqual([
      ['POST', ''],
      ['GET', '1'],
    ]);
  });
});

test('a test that throws is reported, and takes no message for the last one', async () => {
  const reported: unknown[] = [];
  server.answer(stream);
  const { connection, received } = listen({
    ...question,
    closeOn: ({ data }) => (data as { done: boolean }).done.valueOf(),
    reportError: (error) => reported.push(error),
  });
  await reached(connection, 'open');
  server.publish('null');
  await until(() => received.length === 1);
  server.publish('{"done":true}');
  await reached(connection, 'closed');
  expect(reported).toEqual([expect.any(TypeError)]);
  expect(dataOf(received)).toEqual([null, { done: true }]);
});

test('the last message amid a replay that is held back closes the connection all the same', async () => {
  const cut: Answer = (response, request) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n', () =>
      request.socket.destroySoon(),
    );
  };
  server.answer(cut, (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('id: 2\ndata: b\n\nevent: message_stop\ndata\n\n');
  });
  const { connection, received } = listen({ closeOn: 'message_stop' });
  await reached(connection, 'backoff');
  clock.advance(1_000);
  await reached(connection, 'open');
  await quiet();
  clock.advance(1_000);
  await reached(connection, 'closed');
  expect(connection.state.closeReason).toBe('ended');
  expect(dataOf(received)).toContain('');
});

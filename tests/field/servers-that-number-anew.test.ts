import { describe, expect, test } from 'vitest';
import type { ConnectionOptions } from '../../index.ts';
import { type Answer, body, stream } from '../support/sse-server.ts';
import { clock, dataOf, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

const block = (id: number, data: unknown) => `id: ${id}\ndata: ${data}\n\n`;

/** Accepts the stream and sends this; the stream stays open. */
function holding(text: string): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text);
  };
}

/** Cuts the socket once this has been sent. */
function cutAfter(text: string): Answer {
  return (response, request) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => request.socket.destroySoon());
  };
}

/** Reads the streams that the server has, one after the other, until the last is open and nothing is held back. */
async function readAll(answers: Answer[], options: ConnectionOptions = {}) {
  server.answer(...answers);
  const { connection, received } = listen({ maxRetries: Infinity, retryFactor: 1, ...options });
  for (let turn = 1; turn < answers.length; turn += 1) {
    await until(() => server.requests.length === turn && connection.state.status === 'backoff');
    clock.advance(1_000);
  }
  await until(() => server.requests.length === answers.length);
  await reached(connection, 'open');
  await quiet();
  const before = dataOf(received);
  clock.advance(1_000);
  return { connection, before, after: dataOf(received) };
}

describe('a server that numbers its events anew on every connection', () => {
  test('and says `open` after a cut as it did before: the second `open` is delivered within a second', async () => {
    const { before, after, connection } = await readAll([
      cutAfter(block(1, 'open') + block(2, 'closed')),
      holding(block(1, 'open')),
    ]);
    expect(before).toEqual(['open', 'closed']); // it might go on like a replay
    expect(after).toEqual(['open', 'closed', 'open']);
    expect(connection.state.lastEventId).toBe('1');
  });

  test('is heard at once as soon as something is different', async () => {
    const { before } = await readAll([
      cutAfter(block(1, 'open') + block(2, 'closed')),
      holding(block(1, 'open') + block(2, 'open')),
    ]);
    expect(before).toEqual(['open', 'closed', 'open', 'open']);
  });

  test('is heard in full from the second stream on, whatever its events look like', async () => {
    const states = block(1, 'open') + block(2, 'closed');
    const { after } = await readAll([
      cutAfter(block(1, 'open')),
      cutAfter(block(1, 'closed') + block(2, 'open')),
      cutAfter(states),
      cutAfter(states),
      holding(states),
    ]);
    expect(after).toEqual(['open', 'closed', 'open', ...Array(3).fill(['open', 'closed']).flat()]);
  });

  test('is heard when it ends its streams in the middle of what looks like a replay', async () => {
    const { after } = await readAll([
      body(block(1, 'open') + block(2, 'closed')),
      body(block(1, 'open')),
      holding(block(1, 'closed')),
    ]);
    expect(after).toEqual(['open', 'closed', 'open', 'closed']);
  });

  test('is asked for what follows the last ID that it gave, also if that is the one that it was asked to resume after', async () => {
    server.answer(cutAfter(block(3, 'before')), stream);
    const { connection, received } = listen();
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await until(() => server.streams.size === 1);
    server.write(block(2, 'one more') + block(3, 'before'));
    await until(() => received.length === 2);
    server.write(block(3, 'and the last'));
    await until(() => received.length === 3);
    server.drop();
    await reached(connection, 'backoff');
    clock.advance(2_000);
    await until(() => server.requests.length === 3);
    expect(dataOf(received)).toEqual(['before', 'one more', 'and the last']);
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '3', '3']);
  });

  test('is heard in full with `replays: deliver`, also where all of it was there before', async () => {
    const states = block(1, 'open') + block(2, 'closed');
    const { before } = await readAll([cutAfter(states), holding(states)], { replays: 'deliver' });
    expect(before).toEqual(['open', 'closed', 'open', 'closed']);
  });
});

describe('a server that replays what was delivered', () => {
  const log = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, n) => block(from + n, from + n)).join('');
  const upTo = (last: number) => Array.from({ length: last }, (_, n) => n + 1);

  test('is not heard twice, whether it replays all, the last ones, or one', async () => {
    const { before } = await readAll([
      cutAfter(log(1, 10)),
      cutAfter(log(1, 12)),
      cutAfter(log(9, 13)),
      holding(log(13, 14)),
    ]);
    expect(before).toEqual(upTo(14));
  });

  test('is not heard twice although the replay is cut, and begins again', async () => {
    const { before } = await readAll([
      cutAfter(log(1, 10)),
      cutAfter(log(1, 5)),
      cutAfter(log(1, 9)),
      holding(log(1, 11)),
    ]);
    expect(before).toEqual(upTo(11));
  });

  test('is not heard twice, and what has no ID between the replayed ones is heard each time', async () => {
    const texts = ['id: 1\ndata: 1\n\n', 'event: ping\ndata: now\n\n', 'id: 2\ndata: 2\n\n'].join('');
    // A message in the wake of an ID has no ID of its own: nobody can know whether it came before.
    const { before } = await readAll([cutAfter(texts), holding(texts + block(3, 3))]);
    expect(before).toEqual([1, 'now', 2, 'now', 3]);
  });
});

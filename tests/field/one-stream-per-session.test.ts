import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Connection, Message } from '../../index.ts';
import { createTestPage, type TestPage } from '../../testing/page.ts';
import { type Answer, body, cut, stall, status, stream } from '../support/sse-server.ts';
import { clock, dataOf, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

let page: TestPage;

beforeEach(() => {
  page = createTestPage();
});

afterEach(() => page.restore());

/** A server that has room for one stream of each session. */
function oneAtATime(refusal: Answer): Answer {
  return () => (server.streams.size > 0 ? refusal : stream);
}

/** Opens a connection that has an event ID, and keeps what it went through. */
async function open() {
  const { connection, received } = listen();
  const statuses = [connection.state.status];
  connection.subscribe(({ status }) => {
    if (status !== statuses.at(-1)) statuses.push(status);
  });
  await reached(connection, 'open');
  server.publish('1');
  await until(() => received.length === 1);
  return { connection, received, statuses };
}

/** The ways in which a connection comes to ask for another stream while one is open. */
const occasions: Record<string, (connection: Connection) => void> = {
  'reconnect()': (connection) => connection.reconnect(),
  'an `online` event and 5 s of quiet': () => {
    page.goOnline();
    clock.advance(5_000);
  },
};

/** The first stream is dropped, and the server has half a second to notice, and the first delay on top of that. */
async function timeToNotice(connection: Connection): Promise<void> {
  await reached(connection, 'backoff');
  await until(() => server.streams.size === 0);
  clock.advance(1_499);
  await quiet();
  expect(server.requests).toHaveLength(2);
  clock.advance(1);
}

async function expectAll(received: readonly Message[], ...data: number[]): Promise<void> {
  await until(() => received.length >= data.length);
  await quiet();
  expect(dataOf(received)).toEqual(data);
}

const idsAsked = () => server.requests.map(({ lastEventId }) => lastEventId);

describe.each(Object.entries(occasions))(
  'after %s, a server that allows one stream per session',
  (_, occur) => {
    test.each([400, 403, 409, 429])(
      'and answers %i to the second gets what it wants, and the stream goes on',
      async (code) => {
        server.answer(oneAtATime(status(code)));
        const { connection, received, statuses } = await open();
        occur(connection);
        await timeToNotice(connection);
        await until(() => server.requests.length === 3 && server.streams.size === 1);
        await reached(connection, 'open');
        server.publish('2');
        await expectAll(received, 1, 2);
        expect(idsAsked()).toEqual(['', '1', '1']);
        expect(statuses).toEqual(['connecting', 'open', 'backoff', 'connecting', 'open']);
        expect(connection.state).toMatchObject({ retries: 0, error: null });
      },
    );

    test.each([
      ['503', status(503)],
      ['409 with a Retry-After', status(409, { 'retry-after': '20' })],
      ['502', status(502)],
      ['with a cut', cut],
    ])('and answers %s leaves the stream as it is', async (_, refusal) => {
      server.answer(oneAtATime(refusal));
      const { connection, received, statuses } = await open();
      const [first] = server.streams;
      occur(connection);
      await until(() => server.requests.length === 2);
      await quiet();
      server.publish('2');
      await expectAll(received, 1, 2);
      expect([...server.streams]).toEqual([first]);
      expect(statuses).toEqual(['connecting', 'open']);
      expect(connection.state).toMatchObject({ retries: 0, error: null });

      // The next sign of life is proof enough: nobody asks again.
      clock.advance(1_000);
      server.publish('3');
      await expectAll(received, 1, 2, 3);
      clock.advance(600_000);
      await quiet();
      expect(server.requests).toHaveLength(2);
    });

    test('and refuses the session for good fails at the second answer', async () => {
      server.answer(stream, status(403));
      const { connection, received } = await open();
      occur(connection);
      await timeToNotice(connection);
      await reached(connection, 'failed');
      expect(connection.state.error).toMatchObject({ kind: 'forbidden', status: 403 });
      expect(server.requests).toHaveLength(3);
      expect(dataOf(received)).toEqual([1]);
      await until(() => server.sockets.size === 0);
      clock.advance(600_000);
      page.goOnline();
      await quiet();
      expect(server.requests).toHaveLength(3);
    });
  },
);

test('a silent stream whose successor is lost looks for another one later and later, and is not given up', async () => {
  server.answer(oneAtATime(cut));
  const { connection, statuses } = await open();
  page.goOnline();
  const waits: number[] = [];
  for (let requests = 1; requests < 8; requests += 1) {
    const from = clock.now();
    await until(() => {
      if (server.requests.length === requests) clock.advance(500);
      return server.requests.length > requests;
    });
    waits.push(clock.now() - from);
    await quiet();
  }
  // 5 s, and then the backoff on top of that: 2, 4, 8, 16 and at most 30 s.
  for (const [index, most] of [5, 7, 9, 13, 21, 35, 35].entries()) {
    expect(waits[index]).toBeGreaterThanOrEqual(most * 1_000);
    expect(waits[index]).toBeLessThanOrEqual(most * 1_000 + 1_000);
  }
  expect(statuses).toEqual(['connecting', 'open']);
  expect(connection.state.retries).toBe(0);
});

test('a stream that is lost while its successor is on the way is not asked for a second time', async () => {
  server.answer(stream, stall);
  const { connection, statuses } = await open();
  connection.reconnect();
  await until(() => server.requests.length === 2);
  for (const response of server.streams) response.destroy();
  await reached(connection, 'connecting');
  await quiet();
  expect(server.requests).toHaveLength(2);
  server.drop();
  await reached(connection, 'backoff');
  expect(statuses).toEqual(['connecting', 'open', 'connecting', 'backoff']);
  expect(connection.state.retries).toBe(1);
});

test('reconnect() ten times in a row asks for one stream more', async () => {
  const { connection, received } = await open();
  for (let times = 0; times < 10; times += 1) connection.reconnect();
  await until(() => server.requests.length === 2 && server.streams.size === 1);
  server.publish('2');
  await expectAll(received, 1, 2);
  expect(idsAsked()).toEqual(['', '1']);
});

test('a successor that ends at once does not bring back the stream that it replaced', async () => {
  server.answer(stream, body(), stream);
  const { connection, received } = await open();
  connection.reconnect();
  await reached(connection, 'backoff');
  await until(() => server.sockets.size === 0);
  expect(connection.state.retries).toBe(1);
  clock.advance(1_000);
  await reached(connection, 'open');
  server.publish('2');
  await expectAll(received, 1, 2);
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestPage, type TestPage } from '../../testing/page.ts';
import { cut, status, stream } from '../support/sse-server.ts';
import { clock, dataOf, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

let page: TestPage;

beforeEach(() => {
  page = createTestPage();
  page.goOffline(); // as behind some VPNs, and says nothing of a server on localhost
});

afterEach(() => page.restore());

describe('where the browser believes to be offline, and the server answers', () => {
  test('503, the wait is that of any 503, also after reconnect()', async () => {
    server.answer(status(503), status(503), status(503), stream);
    const { connection } = listen();
    for (const [retries, wait] of [
      [1, 1_000],
      [2, 2_000],
    ] as const) {
      await until(() => server.requests.length === retries && connection.state.status === 'backoff');
      expect(connection.state).toMatchObject({ retries, retryAt: clock.now() + wait });
      clock.advance(wait);
    }
    await until(() => server.requests.length === 3 && connection.state.status === 'backoff');
    connection.reconnect();
    await reached(connection, 'open');
    expect(server.requests).toHaveLength(4);
  });

  test('503 and then the end of a stream, the wait is that of any end', async () => {
    server.answer(stream);
    const { connection, received } = listen();
    await reached(connection, 'open');
    server.publish('1');
    await until(() => received.length === 1);
    server.end();
    await reached(connection, 'backoff');
    expect(connection.state).toMatchObject({ retries: 1, retryAt: clock.now() + 1_000 });
    clock.advance(1_000);
    await reached(connection, 'open');
  });

  test('with 401, the credentials are refreshed at once', async () => {
    let refreshes = 0;
    server.answer(status(401), stream);
    const { connection } = listen({ refresh: () => ++refreshes });
    await reached(connection, 'open');
    expect(refreshes).toBe(1);
  });

  test('and tells of `offline` again and again, it changes nothing about a stream that is open', async () => {
    const { connection, received } = listen();
    await reached(connection, 'open');
    for (let times = 0; times < 5; times += 1) page.goOffline();
    server.publish('1');
    await until(() => received.length === 1);
    clock.advance(600_000);
    await quiet();
    expect(server.requests).toHaveLength(1);
    expect(connection.state.status).toBe('open');
  });
});

describe('where the browser believes to be offline, and nothing answers', () => {
  test('one attempt every `maxRetryDelay` is free, for ever, and the first that gets through is believed', async () => {
    server.answer(cut);
    const { connection } = listen({ maxRetries: 1 });
    for (let attempts = 1; attempts <= 20; attempts += 1) {
      await until(() => server.requests.length === attempts && connection.state.status === 'backoff');
      expect(connection.state).toMatchObject({ retries: 0, retryAt: clock.now() + 30_000 });
      clock.advance(30_000);
    }
    server.answer(stream);
    await until(() => {
      if (connection.state.status === 'backoff') clock.advance(30_000);
      return connection.state.status === 'open';
    });
    expect(connection.state.retries).toBe(0);
  });

  test('an `online` event ends the wait, uncharged', async () => {
    server.answer(cut, stream);
    const { connection } = listen();
    await reached(connection, 'backoff');
    page.goOnline();
    await reached(connection, 'open');
    expect(connection.state.retries).toBe(0);
    expect(server.requests).toHaveLength(2);
  });

  test('a stream that breaks is taken up again after what it brought', async () => {
    const { connection, received } = listen();
    await reached(connection, 'open');
    server.publish('1');
    await until(() => received.length === 1);
    server.drop();
    await reached(connection, 'backoff');
    expect(connection.state.retries).toBe(0);
    server.publish('2');
    clock.advance(30_000);
    await until(() => received.length === 2);
    expect(dataOf(received)).toEqual([1, 2]);
  });
});

import { describe, expect, test } from 'vitest';
import {
  ConnectionError,
  type ConnectionOptions,
  createConnection,
  type FailedAttempt,
} from '../../index.ts';
import { createScriptedTransport } from '../../testing/index.ts';
import { status, stream } from '../support/sse-server.ts';
import { clock, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

/** Keeps what the callbacks are told, and the status that the connection has by then. */
function createWitness(statusOf: () => string) {
  const told: unknown[] = [];
  const options: ConnectionOptions = {
    onOpen: ({ openedAt }) => told.push(['open', typeof openedAt, statusOf()]),
    onFailure: ({ error, retries, retryDelay }) =>
      told.push(['failure', error.kind, retries, retryDelay, statusOf()]),
    onGaveUp: ({ error }) => told.push(['gaveUp', error.kind, statusOf()]),
    onClosed: ({ reason }) => told.push(['closed', reason, statusOf()]),
  };
  return { told, options };
}

describe('onOpen, onFailure, onGaveUp and onClosed', () => {
  test('are called once for each, when the state already shows it', async () => {
    server.answer(status(503), stream);
    const witness = createWitness(() => connection.state.status);
    const { connection } = listen(witness.options);
    await reached(connection, 'backoff');
    clock.advanceToNext();
    await reached(connection, 'open');
    server.answer(status(401));
    server.drop();
    await reached(connection, 'backoff');
    clock.advanceToNext();
    await reached(connection, 'failed');
    connection.close();
    connection.close();
    expect(witness.told).toEqual([
      ['failure', 'http', 1, 1_000, 'backoff'],
      ['open', 'number', 'open'],
      ['failure', 'network', 2, 2_000, 'backoff'],
      ['gaveUp', 'unauthorized', 'failed'],
      ['closed', 'app', 'closed'],
    ]);
  });

  test('are called after those who subscribe to the state', async () => {
    server.answer(status(503));
    const order: string[] = [];
    const { connection } = listen({ onFailure: () => order.push('onFailure') });
    connection.subscribe(({ status }) => order.push(status));
    await reached(connection, 'backoff');
    expect(order).toEqual(['connecting', 'backoff', 'onFailure']);
  });

  test('get the error with what was thrown underneath, the same object as in the state', async () => {
    const cause = new Error('no network');
    const attempts: FailedAttempt[] = [];
    const { connection } = listen({
      fetch: () => Promise.reject(cause),
      onFailure: (attempt) => attempts.push(attempt),
    });
    await reached(connection, 'backoff');
    const [{ error, retryAt } = {}] = attempts;
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toBe(connection.state.error);
    expect(error?.cause).toBe(cause);
    expect(retryAt).toBe(connection.state.retryAt);
  });

  test('tell of a stream that takes the place of another', async () => {
    server.publish('1');
    const witness = createWitness(() => connection.state.status);
    const { connection, received } = listen(witness.options);
    await until(() => received.length === 1);
    connection.reconnect();
    await until(() => server.requests.length === 2 && server.streams.size === 1);
    await until(() => witness.told.length === 2);
    expect(witness.told).toEqual(Array(2).fill(['open', 'number', 'open']));
  });

  test('say who has closed it: the server does with a 204', async () => {
    server.answer(status(204));
    const witness = createWitness(() => connection.state.status);
    const { connection } = listen(witness.options);
    await reached(connection, 'closed');
    expect(witness.told).toEqual([['closed', 'ended', 'closed']]);
  });

  test('that throw are reported and stop nothing', async () => {
    server.answer(status(503), stream);
    const reported: unknown[] = [];
    const fault = (name: string) => () => {
      throw new Error(name);
    };
    const { connection, received } = listen({
      onOpen: fault('onOpen'),
      onFailure: fault('onFailure'),
      onClosed: fault('onClosed'),
      reportError: (error) => reported.push(error),
    });
    await reached(connection, 'backoff');
    clock.advanceToNext();
    await reached(connection, 'open');
    server.publish('1');
    await until(() => received.length === 1);
    connection.close();
    expect(reported.map((error) => (error as Error).message)).toEqual(['onFailure', 'onOpen', 'onClosed']);
    await until(() => server.sockets.size === 0);
  });

  test('may give commands, because the change is complete', async () => {
    server.answer(status(403), stream);
    const { connection } = listen({ onGaveUp: () => connection.open() });
    await reached(connection, 'open');
    expect(server.requests).toHaveLength(2);
  });

  test('are refused early where they are no functions', () => {
    const options = { onGaveUp: 'toast' } as unknown as ConnectionOptions;
    expect(() => createConnection(server.url, options)).toThrow(
      "`onGaveUp` must be function, but it is 'toast'.",
    );
  });
});

describe('of a connection that is shared', () => {
  function join(options: ConnectionOptions = {}) {
    const witness = createWitness(() => connection.state.status);
    const connection = createConnection(server.url, {
      share: true,
      clock,
      jitter: 'none',
      ...witness.options,
      ...options,
    });
    return { connection, told: witness.told };
  }

  test('each user has its own: they begin when it joins, and end when it goes', async () => {
    const first = join();
    await reached(first.connection, 'open');
    const second = join();
    await until(() => second.told.length === 1);
    expect(second.told).toEqual([['open', 'number', 'open']]);
    server.answer(status(503), stream);
    server.drop();
    await reached(second.connection, 'backoff');
    clock.advanceToNext();
    await until(() => server.requests.length === 2);
    await reached(second.connection, 'backoff');
    second.connection.close();
    second.connection.close();
    clock.advanceToNext();
    await reached(first.connection, 'open');
    expect(second.told.slice(1)).toEqual([
      ['failure', 'network', 1, 1_000, 'backoff'],
      ['failure', 'http', 2, 2_000, 'backoff'],
      ['closed', 'app', 'closed'],
    ]);
    expect(first.told).toEqual([
      ['open', 'number', 'open'],
      ...second.told.slice(1, 3),
      ['open', 'number', 'open'],
    ]);
    first.connection.close();
    clock.advance(1_000);
    await until(() => server.sockets.size === 0);
    expect(first.told.at(-1)).toEqual(['closed', 'app', 'closed']);
    expect(first.told).toHaveLength(5);
  });

  test('one user alone may have them, and no contradiction is seen in that', async () => {
    const first = join({ onOpen: undefined, onFailure: undefined, onGaveUp: undefined, onClosed: undefined });
    const second = join();
    await until(() => second.told.length === 1);
    expect([first.told, second.told]).toEqual([[], [['open', 'number', 'open']]]);
    for (const { connection } of [first, second]) connection.close();
    clock.advance(1_000);
    await until(() => server.sockets.size === 0);
  });

  test('all hear of an end by the server, and nothing more when they close afterwards', async () => {
    server.answer(status(204));
    const users = [join(), join()];
    await until(() => users.every(({ told }) => told.length === 1));
    for (const { connection } of users) connection.close();
    await quiet();
    expect(users.map(({ told }) => told)).toEqual(Array(2).fill([['closed', 'ended', 'closed']]));
    clock.advance(1_000);
  });
});

describe('receivedAt', () => {
  test('is on each message when it is asked for: the time of the clock at which its chunk was read', async () => {
    const { connection, received } = listen({ receivedAt: true, parse: 'text' });
    await reached(connection, 'open');
    const begin = clock.now();
    server.publish('1');
    await until(() => received.length === 1);
    clock.advance(700);
    server.publish('2');
    await until(() => received.length === 2);
    expect(received.map(({ receivedAt = 0 }) => receivedAt - begin)).toEqual([0, 700]);
  });

  test('is there with a schema too, also for a user of a shared connection', async () => {
    const fakeSchema = {
      '~standard': { version: 1 as const, vendor: 'app', validate: (value: unknown) => ({ value: [value] }) },
    };
    const options = { receivedAt: true, share: true, events: { message: fakeSchema }, clock } as const;
    const users = [createConnection(server.url, options), createConnection(server.url, options)];
    const received: unknown[] = [];
    for (const connection of users) connection.on('*', (message) => received.push(message));
    await until(() => users.every(({ state }) => state.status === 'open'));
    server.publish('1');
    await until(() => received.length === 2);
    expect(received).toEqual(
      Array(2).fill({ event: 'message', data: [1], id: '1', receivedAt: clock.now() }),
    );
    for (const connection of users) connection.close();
    clock.advance(1_000);
    await until(() => server.sockets.size === 0);
  });

  test('is on no message when nobody asks for it', async () => {
    const { transport, accept, send } = createScriptedTransport();
    const { received } = listen({ transport });
    await accept();
    await send({ data: 'one' });
    expect(received.map((message) => Object.keys(message))).toEqual([['event', 'data', 'id']]);
  });
});

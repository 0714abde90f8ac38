import { afterEach, describe, expect, test } from 'vitest';
import { type Actor, createActor } from 'xstate';
import { begin } from '../../adapters/view-store.ts';
import {
  ConnectionError,
  type ConnectionOptions,
  type connectionMachine,
  createConnection,
} from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { playedTransport } from '../support/played-transport.ts';
import { quiet, until } from '../support/until.ts';

const connections: { close(): void }[] = [];

afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

function connect(options: ConnectionOptions = {}, server = playedTransport()) {
  const clock = createTestClock();
  const connection = createConnection('/events', {
    clock,
    parse: 'text',
    transport: () => server.transport,
    ...options,
  });
  connections.push(connection);
  async function open(...ids: number[]): Promise<void> {
    const { length } = server.requests;
    await until(() => server.requests.length >= Math.max(1, length));
    server.requests.at(-1)?.accept();
    if (ids.length > 0) server.requests.at(-1)?.send(...ids);
    await until(() => connection.state.status === 'open');
    await until(() => ids.length === 0 || connection.state.lastEventId === String(ids.at(-1)));
  }
  return { clock, server, connection, open };
}

describe('a connection that is suspended', () => {
  test('lets go of everything, and goes on after the last event when it is resumed', async () => {
    const { clock, server, connection, open } = connect();
    await open(1, 2);
    expect(connection.suspend()).toBe(true);
    expect([connection.state.status, server.alive, clock.pending]).toEqual(['closed', [], 0]);
    connection.resume();
    await until(() => server.requests.length === 2);
    expect([server.requests[1]?.lastEventId, connection.state.retries]).toEqual(['2', 0]);
  });

  test('and resumed before its request was sent sends one', async () => {
    const { server, connection } = connect();
    connection.suspend();
    connection.resume();
    await quiet();
    expect(server.requests).toHaveLength(1);
  });

  test('may be suspended and resumed as often as anyone likes', async () => {
    const { server, connection, open } = connect();
    await open();
    for (let time = 0; time < 3; time += 1) {
      expect([connection.suspend(), connection.suspend()]).toEqual([true, true]);
      connection.resume();
      connection.resume();
    }
    await quiet();
    expect(server.requests).toHaveLength(2);
  });

  test('is opened by no event of the page, but by the app', async () => {
    const { clock, server, connection, open } = connect();
    await open();
    connection.suspend();
    for (const type of ['network.online', 'page.visible', 'page.resumed'] as const) {
      connection.actor.send({ type, at: clock.now() });
    }
    connection.actor.send({ type: 'move' });
    await quiet();
    expect(server.requests).toHaveLength(1);
    connection.open();
    await until(() => server.requests.length === 2);
  });

  test.each([
    ['of an unsafe transport, open', playedTransport(true), {}, false],
    ['of an unsafe transport that may be repeated', playedTransport(true), { retryUnsafe: true }, true],
    ['of an unsafe transport that is continued by a safe request', playedTransport(true, true), {}, true],
  ] as const)('%s, is resumed: %#', async (_, server, options, resumes) => {
    const { connection, open } = connect(options, server);
    await open(1);
    expect(connection.suspend()).toBe(resumes);
    connection.resume();
    await quiet();
    expect(server.requests).toHaveLength(resumes ? 2 : 1);
  });

  test('while an unsafe request has no answer yet is closed for good: nobody knows what it does', async () => {
    const { server, connection } = connect({}, playedTransport(true));
    await until(() => server.requests.length === 1);
    expect(connection.suspend()).toBe(false);
    connection.resume();
    connection.actor.send({ type: 'move' });
    await quiet();
    expect([server.requests.length, connection.state.closeReason]).toEqual([1, 'app']);
  });

  test('when it has failed, has ended or was closed, stays so', async () => {
    const failed = connect();
    await until(() => failed.server.requests.length === 1);
    failed.server.requests[0]?.refuse(new ConnectionError('forbidden', 'No.', { status: 403 }));
    await until(() => failed.connection.state.status === 'failed');
    const ended = connect({ closeOn: 'message' });
    await until(() => ended.server.requests.length === 1);
    ended.server.requests[0]?.accept();
    ended.server.requests[0]?.send(1);
    await until(() => ended.connection.state.status === 'closed');
    const closed = connect();
    closed.connection.close();
    await quiet();
    for (const { connection, server } of [failed, ended, closed]) {
      const before = server.requests.length;
      expect(connection.suspend()).toBe(false);
      connection.resume();
      await quiet();
      expect([connection.state.status, server.requests.length]).toEqual(['closed', before]);
    }
    expect(failed.connection.state.error?.kind).toBe('forbidden');
  });

  test('by a listener in the middle of a batch resumes after what that one got', async () => {
    const received: unknown[] = [];
    const { server, connection, open } = connect();
    connection.on('*', ({ data }) => {
      received.push(data);
      if (data === '2') connection.suspend();
    });
    await open();
    server.requests[0]?.send(1, 2, 3);
    await until(() => connection.state.status === 'closed');
    connection.resume();
    await until(() => server.requests.length === 2);
    expect([received, server.requests[1]?.lastEventId]).toEqual([['1', '2'], '2']);
  });
});

describe('a component begins', () => {
  test('by opening its connection, unless that is left to the app', () => {
    for (const immediate of [true, false]) {
      const { connection } = connect({ immediate: false });
      begin(connection, immediate);
      expect(connection.state.status).toBe(immediate ? 'connecting' : 'closed');
    }
  });

  test('where it was before: what the app has closed stays closed', async () => {
    const { server, connection, open } = connect({ immediate: false });
    begin(connection, true);
    await open();
    connection.suspend();
    begin(connection, true);
    await until(() => server.requests.length === 2);
    connection.close();
    begin(connection, true);
    await quiet();
    expect([connection.state.status, server.requests.length]).toEqual(['closed', 2]);
  });
});

test('reconnect() takes the ID to resume after, checks it, and heals what is persisted', async () => {
  const items = new Map([['events', '7']]);
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
  const { server, connection, open } = connect({ persist: { storage, key: 'events' } });
  await until(() => server.requests.length === 1);
  expect(server.requests[0]?.lastEventId).toBe('7');
  await open();
  connection.reconnect({ lastEventId: '' });
  expect(items.has('events')).toBe(false);
  await until(() => server.requests.length === 2);
  connection.reconnect({ lastEventId: 'ż' });
  await until(() => server.requests.length === 3);
  expect([server.requests.map(({ lastEventId }) => lastEventId), items.get('events')]).toEqual([
    ['7', '', 'ż'],
    'ż',
  ]);
  for (const lastEventId of ['a\nb', 5]) {
    expect(() => connection.reconnect({ lastEventId } as object)).toThrow(
      new TypeError(
        `\`lastEventId\` must be a string without control characters, but it is ${lastEventId === 5 ? 5 : "'a\nb'"}.`,
      ),
    );
  }
  const button: { onClick(event: Event): void } = { onClick: connection.reconnect };
  button.onClick(new Event('click')); // as it is given to a button
  await until(() => server.requests.length === 4);
});

test('an actor made from the statechart of a connection says what it lacks', async () => {
  const { connection } = connect();
  const { logic } = connection.actor as Actor<typeof connectionMachine>;
  const actor = createActor(logic).start();
  expect(actor.getSnapshot()).toMatchObject({
    value: 'failed',
    context: { error: { kind: 'invalid', message: expect.stringContaining('has no transport') } },
  });
  actor.stop();
});

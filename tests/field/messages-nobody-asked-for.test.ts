import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { unaskedOf } from '../../adapters/inspection.ts';
import { type Connection, type ConnectionOptions, eventSourceTransport, type Message } from '../../index.ts';
import { connect, dataOf, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

// A server says `data: …` where its client waits for `notification`, or the other way round: nothing comes, and
// nothing says why.

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const warned = () => vi.mocked(console.warn).mock.calls.map(([text]) => text);

/** Sends each message once the stream is open, and waits until the last of them has been read. */
async function send(connection: Connection, ...events: (string | undefined)[]): Promise<void> {
  await reached(connection, 'open');
  for (const event of events) server.publish(event ?? 'no name', event);
  await until(() => connection.state.lastEventId === String(events.length), 'the last event ID');
}

test('a message without a name comes with `events: [...]` too', async () => {
  const { connection, received } = listen({ events: ['notification'] });
  await send(connection, undefined, 'notification');
  expect(received).toEqual([
    { event: 'message', data: 'no name', id: '1' },
    { event: 'notification', data: 'notification', id: '2' },
  ]);
  expect([warned(), unaskedOf(connection.actor)]).toEqual([[], 0]);
});

describe('an event that nobody asked for', () => {
  test('is counted, and told once with what to do, where `events` has no such name', async () => {
    const { connection } = listen({ events: ['notification'] });
    await send(connection, 'price', 'notification', 'price', 'other');
    expect(warned()).toEqual([
      'An event named `price` came, and nobody asked for it: name it in `events`, or leave `events` out to get every event. This is said once.',
    ]);
    expect(unaskedOf(connection.actor)).toBe(3);
  });

  test('is counted and told where nobody listens to its name', async () => {
    const connection = connect();
    const heard: Message[] = [];
    connection.on('notification', (message) => heard.push(message));
    await send(connection, undefined, 'notification', 'price', undefined);
    expect(warned()).toEqual([
      "A message without an event name came, and nobody asked for it: listen with `on('message', …)`, or to all events with `on('*', …)`. This is said once.",
    ]);
    expect([dataOf(heard), unaskedOf(connection.actor)]).toEqual([['notification'], 3]);
  });

  test('is counted without a warning in production, and where there is no `process`', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const { connection } = listen({ events: ['notification'] });
    await send(connection, 'price');
    expect([warned(), unaskedOf(connection.actor)]).toEqual([[], 1]);
    vi.stubGlobal('process', undefined);
    const next = listen({ events: ['notification'] }).connection;
    await until(() => unaskedOf(next.actor) === 1);
    vi.unstubAllGlobals();
    expect(warned()).toEqual([]);
  });
});

describe('nothing is told', () => {
  const named = (options: ConnectionOptions = {}) => {
    const connection = connect(options);
    connection.on('notification', () => {});
    return connection;
  };

  test.each<[string, () => Connection]>([
    ['of a connection that nobody listens to by name', () => connect()],
    [
      'where somebody listens to all',
      () => {
        const connection = named();
        connection.on('*', () => {});
        return connection;
      },
    ],
    [
      'where somebody has listened to all',
      () => {
        const connection = named();
        connection.on('*', () => {})();
        return connection;
      },
    ],
    [
      'where the messages are read in a loop',
      () => {
        const connection = named();
        void connection[Symbol.asyncIterator]().next();
        return connection;
      },
    ],
    [
      'of a listener that has gone',
      () => {
        const connection = named();
        connection.on('message', () => {})();
        connection.on('price', () => {})();
        return connection;
      },
    ],
    ['of the names of `events`', () => named({ events: ['message', 'notification', 'price'] })],
    [
      'of the names of `refreshOn` and `keepAlive`',
      () => named({ keepAlive: 'message', refreshOn: 'price' }),
    ],
    ['where a test looks at every message', () => named({ closeOn: () => false })],
    ['where a test looks for signs of life', () => named({ keepAlive: () => false })],
  ])('%s', async (_, make) => {
    const connection = make();
    await send(connection, undefined, 'price', 'ping', 'heartbeat', 'keep-alive');
    expect([warned(), unaskedOf(connection.actor)]).toEqual([[], 0]);
  });

  test.each(['ping', 'HeartBeat', 'keep-alive'])('of a `%s` that `events` does not name', async (event) => {
    const { connection, received } = listen({ events: ['notification'] });
    await send(connection, event);
    expect([warned(), unaskedOf(connection.actor), received]).toEqual([[], 0, []]);
  });

  test('of the message that closes, nor is it left out', async () => {
    const { connection, received } = listen({ events: ['notification'], closeOn: 'bye' });
    await reached(connection, 'open');
    server.publish('the end', 'bye');
    await reached(connection, 'closed');
    expect([warned(), connection.state.closeReason, dataOf(received)]).toEqual([[], 'ended', ['the end']]);
  });
});

test('a listener that the native EventSource would never call is refused, with what to do', async () => {
  class Silent extends EventTarget {
    close(): void {}
  }
  const native = { transport: eventSourceTransport, EventSource: Silent as unknown as typeof EventSource };
  const connection = connect(native);
  expect(() => connection.on('notification', () => {})).toThrow(
    TypeError("'notification' is not among the events of this connection: message. Name it in `events`."),
  );
  for (const name of ['message', '*']) connection.on(name, () => {});
  const asked = connect({ ...native, events: ['notification'], closeOn: 'bye' });
  for (const name of ['message', 'notification', 'bye']) asked.on(name, () => {});
  await quiet();
});

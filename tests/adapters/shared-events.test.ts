import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { unaskedOf } from '../../adapters/inspection.ts';
import {
  type ConnectionOptions,
  createConnection,
  eventSourceTransport,
  type Gap,
  type InvalidMessage,
  type Message,
} from '../../index.ts';
import { invalidOf } from '../../transports/invalid-message.ts';
import { clock, dataOf, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

/** One user of the connection that all share here, with what it hears. */
function join(options: ConnectionOptions = {}) {
  const received: Message[] = [];
  const gaps: Gap[] = [];
  const invalid: InvalidMessage[] = [];
  const connection = createConnection(server.url, {
    ...{ share: true, clock, jitter: 'none' },
    onGap: (gap) => gaps.push(gap),
    onInvalid: (message) => invalid.push(message),
    ...options,
  });
  connection.on('*', (message) => received.push(message));
  return { connection, received, gaps, invalid, data: () => dataOf(received) };
}

type User = ReturnType<typeof join>;

async function opened<Users extends User[]>(...users: Users): Promise<Users> {
  await until(() => users.every(({ connection }) => connection.state.status === 'open'));
  return users;
}

async function end(...users: User[]): Promise<void> {
  for (const { connection } of users) connection.close();
  clock.advance(1_000);
  expect(clock.pending).toBe(0);
  await until(() => server.streams.size === 0);
}

const doubled = z.number().transform((number) => 2 * number);

test('each user hears the events that it names, over one request', async () => {
  const users = await opened(join({ events: ['a'] }), join({ events: ['b', 'c'] }), join());
  for (const event of ['a', 'b', 'c', 'd', 'message']) server.publish(event, event);
  const [first, second, all] = users;
  await until(() => all.received.length === 5);
  expect(first.data()).toEqual(['a', 'message']);
  expect(second.data()).toEqual(['b', 'c', 'message']);
  expect(server.requests).toHaveLength(1);
  expect(() => first.connection.on('b', () => {})).toThrow("'b' is not among the events");
  await end(...users);
});

test('each user has schemas of its own', async () => {
  const users = await opened(join({ events: { a: doubled } }), join({ events: { a: z.string() } }), join());
  const [first, second, third] = users;
  server.publish('1', 'a');
  server.publish('"two"', 'a');
  server.publish('3', 'message');
  await until(() => third.received.length === 3);
  expect([first.data(), second.data(), third.data()]).toEqual([[2], ['two'], [1, 'two', 3]]);
  expect([first.invalid, second.invalid].map((faults) => faults.map(({ id }) => id))).toEqual([['2'], ['1']]);
  expect(invalidOf(first.connection.actor)).toBe(2);
  await end(...users);
});

test('an event that no user names is counted, and reported to the first one', async () => {
  const report = { unknownEvents: 'report' } as const;
  const users = await opened(join({ events: ['a'], ...report }), join({ events: { b: doubled }, ...report }));
  const [first, second] = users;
  for (const event of ['c', 'ping', 'b']) server.publish('1', event);
  await until(() => second.received.length === 1);
  expect(first.invalid.map(({ event }) => event)).toEqual(['c']);
  expect([second.invalid, unaskedOf(first.connection.actor)]).toEqual([[], 1]);
  await end(...users);
});

test('where the transport has to know the names, all users have the same', () => {
  class Source extends EventTarget {
    close() {}
  }
  const native = { share: 'native', transport: eventSourceTransport, EventSource: Source as never };
  const user = join({ ...native, events: ['a'] });
  expect(() => join({ ...native, events: ['b'] })).toThrow("`events` is ['b'] here, and ['a'] where");
  expect(() => join({ ...native, events: { a: doubled } }).connection.close()).not.toThrow();
  expect(() => user.connection.on('b', () => {})).toThrow("'b' is not among the events");
  user.connection.close();
  clock.advance(1_000);
});

describe('a schema that takes its time', () => {
  /** Lets a number through once the test says so. */
  function gate() {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    return { release, slow: z.number().refine(() => released.then(() => true)) };
  }

  test('holds up its own user, in order, and nobody else', async () => {
    const { release, slow } = gate();
    const users = await opened(join({ events: { a: slow, b: z.number() } }), join());
    const [first, second] = users;
    for (const [data, event] of [
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'a'],
    ] as const)
      server.publish(data, event);
    await until(() => second.received.length === 3);
    expect(first.received).toEqual([]);
    release();
    await until(() => first.received.length === 3);
    expect(first.data()).toEqual([1, 2, 3]);
    await end(...users);
  });

  test('has its user told of a gap, where it has left meanwhile and the others have gone on', async () => {
    const { release, slow } = gate();
    const users = await opened(join({ events: { a: slow } }), join());
    const [first, second] = users;
    server.publish('1', 'a');
    await until(() => second.received.length === 1);
    first.connection.suspend();
    expect(first.connection.state.lastEventId).toBe('');
    release();
    await quiet();
    first.connection.resume();
    expect([first.received, first.gaps]).toEqual([[], [{ reason: 'away', lastEventId: '' }]]);
    await end(...users);
  });

  test('has the server asked again for what its user has not heard, where it was the last', async () => {
    const { release, slow } = gate();
    const [user] = await opened(join({ events: { a: slow, b: z.number() } }));
    server.publish('1', 'b');
    await until(() => user.received.length === 1);
    server.publish('2', 'a');
    await quiet();
    user.connection.suspend();
    clock.advance(1_000);
    await until(() => server.streams.size === 0);
    release();
    user.connection.resume();
    await until(() => user.received.length === 2);
    expect([user.data(), user.gaps]).toEqual([[1, 2], []]);
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
    await end(user);
  });
});

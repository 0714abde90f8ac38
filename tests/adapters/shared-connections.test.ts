import { describe, expect, test, vi } from 'vitest';
import { usersOf } from '../../adapters/inspection.ts';
import {
  type Connection,
  type ConnectionOptions,
  createComponentConnection,
  createConnection,
  eventSourceTransport,
  fetchTransport,
  type Gap,
  type Message,
  type ServerSentEventsOptions,
  type TransportOptions,
} from '../../index.ts';
import { status, stream } from '../support/sse-server.ts';
import { clock, dataOf, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';
import { createWatchedController } from '../support/watched-signal.ts';

/** One user, with what it hears. */
function join(options: ConnectionOptions = {}, url: Parameters<typeof createConnection>[0] = server.url) {
  const gaps: Gap[] = [];
  const received: Message[] = [];
  const connection = createConnection(url, {
    share: true,
    clock,
    jitter: 'none',
    onGap: (gap) => gaps.push(gap),
    ...options,
  });
  connection.on('*', (message) => received.push(message));
  return { connection, received, gaps, data: () => dataOf(received) };
}

/** A transport whose streams are somebody's, as those of `acrossTabs` are. */
const scoped = (scope: string) =>
  Object.assign((options: TransportOptions) => fetchTransport(options), { scope });

const idsAsked = () => server.requests.map(({ lastEventId }) => lastEventId);
const usersWith = ({ connection }: { connection: Connection }) => usersOf(connection.actor);

/** Ends what a test has shared: the linger of its last user is over. */
async function end(...users: { connection: Connection }[]): Promise<void> {
  for (const { connection } of users) connection.close();
  clock.advance(1_000);
  expect(clock.pending).toBe(0);
  await until(() => server.streams.size === 0);
}

describe('those who name the same', () => {
  test.each([
    ['by the URL', true, true],
    ['by a name', 'orders', 'orders'],
  ])('%s use one connection, one statechart and one request', async (_, one, other) => {
    const users = [join({ share: one }), join({ share: other }), join({ share: other })] as const;
    await until(() => users.every(({ connection }) => connection.state.status === 'open'));
    server.publish('1');
    await until(() => users.every(({ received }) => received.length === 1));
    expect(server.requests).toHaveLength(1);
    expect(new Set(users.map(({ connection }) => connection.actor)).size).toBe(1);
    expect(new Set(users.map(({ connection }) => connection)).size).toBe(3);
    expect(usersWith(users[0])).toBe(3);
    await end(...users);
    expect(usersWith(users[0])).toBe(0);
  });

  test.each<[string, ConnectionOptions, string]>([
    ['another query', { share: true }, '?a=1'],
    ['another method', { share: true, method: 'HEAD' }, ''],
    ['another name', { share: 'other' }, ''],
    ['no name', { share: false }, ''],
    ['another scope', { share: true, transport: scoped('grace') }, ''],
  ])('%s is not the same', async (_, options, query) => {
    const one = join(options.transport && { transport: scoped('ada') });
    const other = join(options, server.url + query);
    await until(() => server.requests.length === 2);
    expect(one.connection.actor).not.toBe(other.connection.actor);
    expect([usersWith(one), usersWith(other)]).toEqual([1, options.share ? 1 : undefined]);
    await end(one, other);
  });

  test('a relative URL and what it resolves to are the same, whatever its fragment', async () => {
    vi.stubGlobal('document', { baseURI: server.url });
    const one = join({}, new URL('/events', server.url).href);
    const other = join({}, new URL('/events#top', server.url));
    const third = join({}, '/events');
    vi.unstubAllGlobals();
    await reached(third.connection, 'open');
    expect([usersWith(one), usersWith(other), usersWith(third)]).toEqual([3, 3, 3]);
    await end(one, other, third);
  });

  test('one that comes later has the present state at once, and hears what comes from then on', async () => {
    const first = join();
    await reached(first.connection, 'open');
    server.publish('1');
    await until(() => first.received.length === 1);
    const states: string[] = [];
    const second = join({ immediate: false });
    second.connection.subscribe(({ status }) => states.push(status));
    second.connection.open();
    expect(second.connection.state).toBe(first.connection.state);
    expect(states).toEqual(['closed', 'open']);
    server.publish('2');
    await until(() => second.received.length === 1);
    expect([first.data(), second.data(), second.gaps]).toEqual([[1, 2], [2], []]);
    expect(server.requests).toHaveLength(1);
    await end(first, second);
  });

  test('have a loop, a signal and faults of their own', async () => {
    const faults: unknown[] = [];
    const controller = new AbortController();
    const first = join({ reportError: (fault) => faults.push(fault) });
    const second = join({ signal: controller.signal, bufferSize: 5 });
    first.connection.on('*', () => {
      throw new Error('mine');
    });
    const loop = (async () => {
      const heard: unknown[] = [];
      for await (const { data } of second.connection) heard.push(data);
      return heard;
    })();
    await reached(second.connection, 'open');
    server.publish('1');
    await until(() => second.received.length === 1);
    controller.abort();
    expect(await loop).toEqual([1]);
    second.connection.open();
    expect(second.connection.state).toMatchObject({ status: 'closed', closeReason: 'app' });
    expect(first.connection.state.status).toBe('open');
    expect(faults).toMatchObject([{ message: 'mine' }]);
    await end(first);
  });

  test('a signal keeps no user that has closed', async () => {
    const { signal, listeners } = createWatchedController();
    const user = join({ signal });
    await reached(user.connection, 'open');
    expect(listeners.size).toBe(1);
    user.connection.close();
    expect(listeners.size).toBe(0);
    await end(user);
  });

  test('with a signal that has aborted already, a user never counts', async () => {
    const user = join({ signal: AbortSignal.abort() });
    user.connection.open();
    await quiet();
    expect([usersWith(user), server.requests.length, user.connection.state.closeReason]).toEqual([
      0,
      0,
      'app',
    ]);
  });
});

describe('close()', () => {
  test('is of one user: it hears nothing more, and the others do', async () => {
    const one = join();
    const other = join();
    await reached(one.connection, 'open');
    one.connection.close();
    expect(one.connection.state).toMatchObject({
      status: 'closed',
      closeReason: 'app',
      openedAt: null,
      retryAt: null,
    });
    server.publish('1');
    await until(() => other.received.length === 1);
    clock.advance(60_000);
    expect([one.data(), other.connection.state.status, server.streams.size]).toEqual([[], 'open', 1]);
    await end(other);
  });

  test('in the middle of a batch ends the batch for this user alone', async () => {
    const one = join();
    const other = join();
    await reached(one.connection, 'open');
    one.connection.on('*', () => one.connection.close());
    server.write('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n');
    await until(() => other.received.length === 2);
    expect([one.data(), one.connection.state.lastEventId]).toEqual([[1], '1']);
    one.connection.open();
    expect(one.gaps).toEqual([{ reason: 'away', lastEventId: '1' }]);
    await end(one, other);
  });

  test('of the last user in the middle of a batch loses nothing for it', async () => {
    const one = join();
    await reached(one.connection, 'open');
    const forget = one.connection.on('*', () => one.connection.close());
    server.publish('1');
    server.publish('2');
    server.publish('3');
    await until(() => one.received.length > 0);
    forget();
    await quiet();
    clock.advance(1_000);
    await until(() => server.streams.size === 0);
    one.connection.open();
    await until(() => one.received.length >= 3);
    expect([one.data(), one.gaps]).toEqual([[1, 2, 3], []]);
    await end(one);
  });

  test('of the last user, by a listener of another in the middle of a batch, repeats nothing', async () => {
    const one = join();
    const other = join();
    await reached(one.connection, 'open');
    const forget = other.connection.on('*', () => {
      other.connection.close();
      one.connection.close();
    });
    server.publish('1');
    await until(() => other.received.length === 1);
    forget();
    await quiet();
    clock.advance(1_000);
    await until(() => server.streams.size === 0);
    one.connection.open();
    server.publish('2');
    await until(() => one.received.length === 2);
    expect([one.data(), one.gaps, idsAsked()]).toEqual([[1, 2], [], ['', '1']]);
    await end(one);
  });

  test('a second time changes nothing', async () => {
    const user = join();
    await reached(user.connection, 'open');
    user.connection.close();
    const { state } = user.connection;
    user.connection.close();
    expect(user.connection.state).toBe(state);
    await end(user);
  });

  test('of one user by a listener of another keeps the batch from it', async () => {
    const one = join();
    const other = join();
    await reached(one.connection, 'open');
    one.connection.on('*', () => other.connection.close());
    server.publish('1');
    await until(() => one.received.length === 1);
    await quiet();
    expect(other.data()).toEqual([]);
    await end(one);
  });

  test('and disposal end one user for good, and the others go on', async () => {
    const one = join();
    const other = join();
    await one.connection[Symbol.asyncDispose]();
    one.connection.open();
    one.connection.reconnect();
    await reached(other.connection, 'open');
    expect([one.connection.state.status, usersWith(other)]).toEqual(['closed', 1]);
    await end(other);
  });
});

describe('the connection lingers', () => {
  test.each([
    ['1000 ms by default', undefined, 1_000],
    ['as long as the last user says', 5_000, 5_000],
  ])('%s', async (_, linger, most) => {
    const first = join();
    await reached(first.connection, 'open');
    const last = join({ linger });
    first.connection.close();
    last.connection.close();
    clock.advance(most - 1);
    await quiet();
    expect(server.streams.size).toBe(1);
    clock.advance(1);
    await until(() => server.streams.size === 0);
    expect(clock.pending).toBe(0);
  });

  test('and whoever comes in that time costs no request', async () => {
    const first = join();
    await reached(first.connection, 'open');
    first.connection.close();
    clock.advance(999);
    const second = join();
    clock.advance(60_000);
    expect(second.connection.state.status).toBe('open');
    expect(server.requests).toHaveLength(1);
    await end(second);
  });

  test('and whoever comes after it begins anew', async () => {
    const first = join();
    await reached(first.connection, 'open');
    server.publish('1');
    await until(() => first.received.length === 1);
    await end(first);
    const second = join();
    await reached(second.connection, 'open');
    expect(idsAsked()).toEqual(['', '']);
    await end(second);
  });

  test('without a moment, where a component comes back within the same task', async () => {
    const user = join({ linger: 0 });
    await reached(user.connection, 'open');
    expect(user.connection.suspend()).toBe(true);
    user.connection.resume();
    clock.advance(10);
    await quiet();
    expect([user.connection.state.status, server.requests.length]).toEqual(['open', 1]);
    await end(user);
  });

  test('while it waits to try again, and then not any more', async () => {
    server.answer(status(503));
    const user = join();
    await reached(user.connection, 'backoff');
    user.connection.close();
    clock.advance(999);
    expect(clock.pending).toBeGreaterThan(0);
    clock.advance(1);
    await quiet();
    expect(clock.pending).toBe(0);
    const { length } = server.requests;
    clock.advance(60_000);
    await quiet();
    expect(server.requests).toHaveLength(length);
  });
});

describe('suspend() and resume()', () => {
  test('within the linger bring what came meanwhile, without a request', async () => {
    const user = join();
    await reached(user.connection, 'open');
    user.connection.suspend();
    expect(user.connection.state).toMatchObject({ status: 'closed', closeReason: 'app' });
    server.publish('1');
    await until(() => user.connection.actor.getSnapshot().context.lastEventId === '1');
    expect(user.data()).toEqual([]);
    user.connection.resume();
    expect([user.data(), user.gaps, server.requests.length]).toEqual([[1], [], 1]);
    server.publish('2');
    await until(() => user.received.length === 2);
    await end(user);
  });

  test('within the linger bring it once, and to the last user alone', async () => {
    const first = join();
    const last = join();
    await reached(last.connection, 'open');
    first.connection.suspend();
    server.publish('1');
    await until(() => last.received.length === 1);
    last.connection.suspend();
    server.publish('2');
    await until(() => last.connection.actor.getSnapshot().context.lastEventId === '2');
    first.connection.resume();
    last.connection.resume();
    last.connection.suspend();
    last.connection.resume();
    expect([first.data(), last.data()]).toEqual([[], [1]]);
    expect([first.gaps, last.gaps]).toMatchObject([[{ reason: 'away' }], [{ reason: 'away' }]]);
    first.connection.suspend();
    last.connection.suspend();
    server.publish('3');
    await until(() => last.connection.actor.getSnapshot().context.lastEventId === '3');
    last.connection.resume();
    last.connection.suspend();
    last.connection.resume();
    first.connection.resume();
    expect([first.data(), last.data()]).toEqual([[], [1, 3]]);
    expect([first.gaps.length, last.gaps.length]).toEqual([2, 1]);
    await end(first, last);
  });

  test('within the linger tell of what was too much to keep', async () => {
    const user = join();
    await reached(user.connection, 'open');
    user.connection.suspend();
    const { actor } = user.connection;
    for (const count of [1_000, 1_001]) {
      server.write(`id: ${count}\ndata: 1\n\n`.repeat(count === 1_000 ? count : 1));
      await until(() => actor.getSnapshot().context.lastEventId === String(count));
    }
    user.connection.resume();
    expect([user.data(), user.gaps]).toEqual([[], [{ reason: 'away', lastEventId: '' }]]);
    await end(user);
  });

  test('leave it ended where the server has ended it', async () => {
    server.answer(status(204));
    const user = join();
    await reached(user.connection, 'closed');
    expect(user.connection.suspend()).toBe(false);
    expect(user.connection.state.closeReason).toBe('ended');
    user.connection.resume();
    await quiet();
    expect([user.connection.state.closeReason, server.requests.length]).toEqual(['ended', 1]);
    await end(user);
  });

  test('after the linger resume after an ID that came without a message', async () => {
    const user = join();
    await reached(user.connection, 'open');
    server.write('id: 1\ndata: 1\n\n');
    await until(() => user.received.length === 1);
    server.write('id: 5\n\n');
    await until(() => user.connection.state.lastEventId === '5');
    user.connection.suspend();
    clock.advance(1_000);
    await until(() => server.streams.size === 0);
    user.connection.resume();
    await reached(user.connection, 'open');
    expect(idsAsked()).toEqual(['', '5']);
    await end(user);
  });

  test('tell of what the last one has heard that left in the middle of a batch', async () => {
    const one = join();
    const other = join();
    await reached(one.connection, 'open');
    server.publish('1');
    await until(() => one.received.length === 1 && other.received.length === 1);
    other.connection.suspend();
    const forget = one.connection.on('*', () => one.connection.close());
    server.write('id: 2\ndata: 2\n\nid: 3\ndata: 3\n\n');
    await until(() => one.received.length === 2);
    forget();
    clock.advance(1_000);
    await until(() => server.streams.size === 0);
    other.connection.resume();
    await reached(other.connection, 'open');
    expect([idsAsked(), other.gaps]).toEqual([['', '2'], [{ reason: 'away', lastEventId: '1' }]]);
    await end(one, other);
  });

  test('after the linger resume after the last event that was heard', async () => {
    const user = join();
    await reached(user.connection, 'open');
    server.publish('1');
    await until(() => user.received.length === 1);
    user.connection.suspend();
    server.publish('2');
    await until(() => user.connection.actor.getSnapshot().context.lastEventId === '2');
    clock.advance(1_000);
    await until(() => server.streams.size === 0);
    server.publish('3');
    user.connection.resume();
    await until(() => user.received.length === 3);
    expect([user.data(), user.gaps, idsAsked()]).toEqual([[1, 2, 3], [], ['', '1']]);
    await end(user);
  });

  test('tell of what others have heard meanwhile', async () => {
    const one = join();
    const other = join();
    await reached(one.connection, 'open');
    server.publish('1');
    await until(() => one.received.length === 1 && other.received.length === 1);
    one.connection.suspend();
    one.connection.resume();
    expect(one.gaps).toEqual([]);
    one.connection.suspend();
    server.publish('2');
    await until(() => other.received.length === 2);
    one.connection.resume();
    expect([one.data(), one.gaps]).toEqual([[1], [{ reason: 'away', lastEventId: '1' }]]);
    expect(other.gaps).toEqual([]);
    await end(one, other);
  });

  test('of two users that leave and return together tell of no gap', async () => {
    const users = [join(), join()] as const;
    await until(() => users.every(({ connection }) => connection.state.status === 'open'));
    server.publish('1');
    await until(() => users.every(({ received }) => received.length === 1));
    for (const { connection } of users) connection.suspend();
    clock.advance(1_000);
    await until(() => server.streams.size === 0);
    for (const { connection } of users) connection.resume();
    server.publish('2');
    await until(() => users.every(({ received }) => received.length === 2));
    expect(users.map(({ gaps }) => gaps)).toEqual([[], []]);
    expect(idsAsked()).toEqual(['', '1']);
    await end(...users);
  });

  test('lead to those who came meanwhile: there is one stream, and one statechart', async () => {
    const old = join();
    await reached(old.connection, 'open');
    server.publish('1');
    await until(() => old.received.length === 1);
    old.connection.suspend();
    clock.advance(1_000);
    await until(() => server.streams.size === 0);
    const next = join();
    old.connection.resume();
    await reached(old.connection, 'open');
    expect(old.connection.actor).toBe(next.connection.actor);
    expect([usersWith(old), server.streams.size, server.requests.length]).toEqual([2, 1, 2]);
    expect(old.gaps).toMatchObject([{ reason: 'away', lastEventId: '1' }]);
    server.publish('2');
    await until(() => old.received.length === 2);
    await end(old, next);
  });

  test('of a user that closes while it is away leave it closed', async () => {
    const user = join();
    user.connection.suspend();
    user.connection.close();
    user.connection.resume();
    await quiet();
    expect([user.connection.state.status, usersWith(user)]).toEqual(['closed', 0]);
    await end();
  });

  test('of a user that has closed leave it closed', async () => {
    const user = join();
    user.connection.close();
    expect(user.connection.suspend()).toBe(false);
    user.connection.resume();
    expect([user.connection.state.status, usersWith(user)]).toEqual(['closed', 0]);
    await end();
  });

  test('open again a connection that failed after this user had left', async () => {
    const one = join({ maxRetries: 0 });
    await reached(one.connection, 'open');
    const other = join({ maxRetries: 0 });
    expect(one.connection.suspend()).toBe(true);
    server.answer(status(503));
    server.drop();
    await reached(other.connection, 'failed');
    other.connection.close();
    clock.advance(1_000);
    one.connection.resume();
    await until(() => one.connection.state.status === 'failed');
    expect(server.requests).toHaveLength(2);
    await end(one);
  });

  test('of what had failed before show how it stands, and ask for nothing', async () => {
    server.answer(status(403));
    const user = join();
    await reached(user.connection, 'failed');
    expect(user.connection.suspend()).toBe(false);
    user.connection.resume();
    await quiet();
    expect([user.connection.state.status, server.requests.length]).toEqual(['failed', 1]);
    await end(user);
  });
});

describe('commands', () => {
  test('reconnect() is for all', async () => {
    const one = join();
    const other = join();
    await reached(one.connection, 'open');
    server.publish('1');
    await until(() => other.received.length === 1);
    one.connection.close();
    one.connection.reconnect({ lastEventId: '' });
    await until(() => server.requests.length === 2 && server.streams.size === 1);
    server.publish('2');
    await until(() => one.received.length === 3 && other.received.length === 3);
    expect([idsAsked(), one.data(), other.data()]).toEqual([
      ['', ''],
      [1, 1, 2],
      [1, 1, 2],
    ]);
    expect(usersWith(one)).toBe(2);
    expect(() => one.connection.reconnect({ lastEventId: '\n' })).toThrow(TypeError);
    await end(one, other);
  });

  test('open() tries again, for all, what has failed', async () => {
    server.answer(status(403));
    const one = join();
    await reached(one.connection, 'failed');
    server.answer(stream);
    const other = join();
    await reached(other.connection, 'open');
    expect(one.connection.state.status).toBe('open');
    await end(one, other);
  });

  test('on() refuses a name that nobody asked for', async () => {
    const user = join({ events: ['a'] });
    user.connection.on('a', () => {});
    expect(() => user.connection.on('b', () => {})).toThrow("'b' is not among the events");
    await end(user);
  });
});

describe('one 401', () => {
  test('costs one refresh, by the function of a user that is there', async () => {
    const refreshed: string[] = [];
    let token = 'old';
    server.answer((response, { headers }) =>
      headers.authorization === 'new' ? stream : response.writeHead(401).end(),
    );
    const by = (name: string): ConnectionOptions => ({
      headers: () => ({ authorization: token }),
      refresh: () => {
        refreshed.push(name);
        token = 'new';
      },
    });
    const one = join(by('one'));
    const other = join(by('other'));
    await reached(other.connection, 'open');
    expect(refreshed).toEqual(['one']);
    token = 'old';
    one.connection.close();
    other.connection.reconnect();
    await until(() => refreshed.length === 2);
    expect(refreshed).toEqual(['one', 'other']);
    await reached(other.connection, 'open');
    await end(other);
  });
});

test('a refresh is one with that of connections that are not shared', async () => {
  let token = 'old';
  server.answer((response, { headers }) =>
    headers.authorization === 'new' ? stream : response.writeHead(401).end(),
  );
  const refresh = vi.fn(() => {
    token = 'new';
  });
  const options = { headers: () => ({ authorization: token }), refresh };
  const users = [join(options), join(options), join({ ...options, share: false })] as const;
  await until(() => users.every(({ connection }) => connection.state.status === 'open'));
  expect(refresh).toHaveBeenCalledTimes(1);
  await end(...users);
});

describe('options', () => {
  test.each<[string, ConnectionOptions, ConnectionOptions, string]>([
    ['a number', { maxRetries: 3 }, {}, '`maxRetries` is 8 here, and 3 where'],
    ['a list', { refreshOn: ['a'] }, { refreshOn: ['b'] }, "`refreshOn` is ['b'] here, and ['a'] where"],
    ['a list, or none', {}, { refreshOn: ['b'] }, "`refreshOn` is ['b'] here, and undefined where"],
    ['the policy', {}, { policy: { 404: 'retry' } }, "`policy` is {'404':'retry'} here, and {} where"],
    [
      'a transport',
      {},
      { transport: () => async () => (async function* () {})() },
      '`transport` is a function',
    ],
    ['a function, or none', { refresh: () => 1 }, {}, '`refresh` is undefined here, and a function where'],
    ['a test', { closeOn: () => true }, { closeOn: () => false }, '`closeOn` is a function here'],
    ['a function in place of a word', { parse: 'text' }, { parse: () => 1 }, '`parse` is a function here'],
    [
      'a key',
      { persist: { storage: { getItem: () => null, setItem() {}, removeItem() {} }, key: 'a' } },
      {},
      "`persist` is undefined here, and 'a' where",
    ],
  ])(
    '%s that contradicts that of the first user is refused, and both are named',
    async (_, one, other, told) => {
      const user = join({ share: 'contradicted', ...one });
      expect(() => join({ share: 'contradicted', ...other })).toThrow(TypeError);
      expect(() => join({ share: 'contradicted', ...other })).toThrow(told);
      expect(() => join({ share: 'contradicted', ...other })).toThrow(
        "where 'contradicted' is shared already",
      );
      expect(usersWith(user)).toBe(1);
      await end(user);
    },
  );

  test('another resource under the same name is refused, and no query is told', async () => {
    const user = join({ share: 'named' }, `${server.url}/a?token=secret`);
    expect(() => join({ share: 'named' }, `${server.url}/b?token=secret`)).toThrow(
      `\`url\` is '${server.url}/b' here, and '${server.url}/a' where 'named'`,
    );
    await end(user);
  });

  test('what contradicts is refused at open(), too', async () => {
    const other = join({ share: 'late', maxRetries: 1, immediate: false });
    const user = join({ share: 'late' });
    expect(() => other.connection.open()).toThrow('`maxRetries` is 1 here, and 8 where');
    await end(user);
  });

  test('functions of the same source do not contradict, nor options that each user has for itself', async () => {
    const options = (id: string): ConnectionOptions => ({
      share: 'agreed',
      events: id === 'one' ? ['a', 'b'] : ['b', 'a'],
      closeOn: ({ data }) => data === '[DONE]',
      parse: id === 'one' ? (text: string) => text : (text: string) => `${text}`,
      headers: { 'x-user': id },
      lastEventId: id,
      linger: id.length,
      bufferSize: id.length,
      signal: new AbortController().signal,
      ...(id === 'one' && { maxRetries: 8 }),
    });
    const one = join(options('one'));
    const other = join(options('other'));
    expect([usersWith(one), usersWith(other)]).toEqual([2, 2]);
    await end(one, other);
  });

  test('a user that has left cannot contradict', async () => {
    const one = join({ share: 'left' });
    await reached(one.connection, 'open');
    one.connection.close();
    const other = join({ share: 'left', maxRetries: 1 });
    await reached(other.connection, 'open');
    expect(server.requests).toHaveLength(2);
    await end(one, other);
  });

  test('in production those that contradict are not shared: each has what it asked for', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const one = join({ share: 'released', events: ['a'] });
    const other = join({ share: 'released', events: ['b'] });
    vi.unstubAllEnvs();
    await reached(one.connection, 'open');
    await reached(other.connection, 'open');
    server.publish('1', 'b');
    await until(() => other.received.length === 1);
    expect(one.data()).toEqual([]);
    vi.stubEnv('NODE_ENV', 'production');
    const elsewhere = join({ share: 'released', events: ['a'] }, `${server.url}/other`);
    vi.unstubAllEnvs();
    await until(() => server.requests.some((request) => request.url === '/events/other'));
    await end(one, other, elsewhere);
  });

  test.each<[string, ConnectionOptions, Parameters<typeof createConnection>[0], string]>([
    ['an unsafe method', { share: true, method: 'POST' }, '/a', 'An unsafe request cannot be shared'],
    [
      'an unsafe transport',
      {
        share: true,
        transport: () => Object.assign(async () => (async function* () {})(), { unsafe: true }),
      },
      '/a',
      'cannot be shared',
    ],
    ['no name for a function', { share: true }, () => '/a', 'needs a name in `share`'],
    ['topics alone', { topics: ['a'] }, () => '/a', '`topics` needs'],
    ['topics for a fixed URL', { share: 'a', topics: ['a'] }, '/a', '`topics` needs'],
    ['no name', { share: '' }, '/a', '`share` must be boolean | string'],
    ['topics that are none', { share: 'a', topics: [''] }, () => '/a', '`topics` must be a list of topics'],
    ['a linger that is none', { share: true, linger: -1 }, '/a', '`linger` must be'],
  ])('%s: a TypeError at once', (_, options, url, told) => {
    expect(() => createConnection(url, options)).toThrow(TypeError);
    expect(() => createConnection(url, options)).toThrow(told);
  });

  test('the native EventSource is shared too', async () => {
    const made: string[] = [];
    class FakeEventSource extends EventTarget {
      readyState = 0;
      constructor(url: string) {
        super();
        made.push(url);
      }
      close() {}
    }
    const native: ConnectionOptions = {
      transport: eventSourceTransport,
      EventSource: FakeEventSource as unknown as typeof EventSource,
    };
    const users = [join(native), join(native)] as const;
    await until(() => made.length > 0);
    await quiet();
    expect(made).toEqual([server.url]);
    for (const { connection } of users) connection.close();
    clock.advance(1_000);
  });
});

describe('topics', () => {
  const url = (topics: readonly string[]) => `${server.url}/events?topics=${topics.join(',')}`;
  const asked = () =>
    server.requests.map((request) => new URL(request.url, server.url).searchParams.get('topics'));
  const want = (...topics: string[]) => join({ share: 'topics', topics }, url);

  test('of all that come in the same moment go into one request, sorted and once', async () => {
    const users = [want('c', 'a'), want('b'), want('a')] as const;
    await until(() => users.every(({ connection }) => connection.state.status === 'open'));
    clock.advance(60_000);
    await quiet();
    expect(asked()).toEqual(['a,b,c']);
    await end(...users);
  });

  test('that change move the stream 200 ms after the last change, and the new one opens first', async () => {
    const one = want('a');
    await reached(one.connection, 'open');
    server.publish('1');
    await until(() => one.received.length === 1);
    const open: number[] = [];
    server.answer(() => {
      open.push(server.streams.size);
      return stream;
    });
    const two = want('b');
    clock.advance(199);
    const three = want('c');
    clock.advance(199);
    await quiet();
    expect(asked()).toEqual(['a']);
    clock.advance(1);
    await until(() => server.requests.length === 2 && server.streams.size === 1);
    expect(asked()).toEqual(['a', 'a,b,c']);
    expect([open[0], idsAsked()]).toEqual([1, ['', '1']]);
    expect([one, two, three].map(({ connection }) => connection.state.status)).toEqual([
      'open',
      'open',
      'open',
    ]);
    server.publish('2');
    await until(() => three.received.length === 1);
    expect([one.data(), two.data(), three.data()]).toEqual([[1, 2], [2], [2]]);
    await end(one, two, three);
  });

  test('go with their user, and nothing moves for one that comes back at once', async () => {
    const one = want('a');
    const two = want('b');
    await reached(one.connection, 'open');
    two.connection.suspend();
    clock.advance(199);
    two.connection.resume();
    clock.advance(60_000);
    await quiet();
    expect(asked()).toEqual(['a,b']);
    two.connection.close();
    clock.advance(200);
    await until(() => server.requests.length === 2);
    expect(asked()).toEqual(['a,b', 'a']);
    await reached(one.connection, 'open');
    await end(one);
  });

  test('that others want already do not put the move off', async () => {
    const one = want('a');
    await reached(one.connection, 'open');
    const two = want('b');
    clock.advance(150);
    const three = want('b');
    clock.advance(50);
    await until(() => server.requests.length === 2);
    expect(asked()).toEqual(['a', 'a,b']);
    await end(one, two, three);
  });

  test('that a retry has asked for need no move', async () => {
    server.answer(status(503), stream);
    const quick = { share: 'topics', retryDelay: 100 };
    const one = join({ ...quick, topics: ['a'] }, url);
    await reached(one.connection, 'backoff');
    const two = join({ ...quick, topics: ['b'] }, url);
    clock.advance(100);
    await reached(two.connection, 'open');
    clock.advance(100);
    await quiet();
    expect(asked()).toEqual(['a', 'a,b']);
    await end(one, two);
  });

  test('leave no timer behind when the last user goes', async () => {
    const one = want('a');
    await reached(one.connection, 'open');
    const two = join({ share: 'topics', topics: ['b'], linger: 0 }, url);
    one.connection.close();
    two.connection.close();
    clock.advance(0);
    await until(() => server.streams.size === 0);
    expect(clock.pending).toBe(0);
  });

  test('of the last user are kept while the connection lingers', async () => {
    const one = want('a');
    await reached(one.connection, 'open');
    one.connection.close();
    clock.advance(900);
    const two = want('a');
    clock.advance(60_000);
    await quiet();
    expect(asked()).toEqual(['a']);
    two.connection.close();
    const three = want('b');
    clock.advance(200);
    await until(() => server.requests.length === 2);
    expect(asked()).toEqual(['a', 'b']);
    await reached(three.connection, 'open');
    await end(three);
  });

  test('of one that is gone before its request was sent are followed by those of the next', async () => {
    const one = want('a');
    one.connection.close();
    await until(() => server.requests.length === 1);
    const two = want('b');
    clock.advance(200);
    await until(() => server.requests.length === 2);
    expect(asked()).toEqual(['a', 'b']);
    await reached(two.connection, 'open');
    await end(two);
  });

  test('that change while the connection waits to try again are in the next request, which comes when it is due', async () => {
    server.answer(status(503), status(503));
    const one = want('a');
    await reached(one.connection, 'backoff');
    const two = want('b');
    clock.advance(200);
    await quiet();
    expect(asked()).toEqual(['a']);
    clock.advance(800);
    await until(() => server.requests.length === 2);
    expect(asked()).toEqual(['a', 'a,b']);
    await end(one, two);
  });
});

describe('a component', () => {
  /** A component that renders with some options, and later with others. */
  function mount(options: ServerSentEventsOptions = {}, url = server.url) {
    const component = createComponentConnection();
    let store = component.storeFor(url, { share: 'page', clock, jitter: 'none', ...options });
    let forget = () => {};
    const shown = {
      component,
      get view() {
        return store.get();
      },
      get connection() {
        return store.connection as unknown as Connection;
      },
      renders: 0,
      show(next: ServerSentEventsOptions = options, at = url) {
        store = component.storeFor(at, { share: 'page', clock, jitter: 'none', ...next });
        forget();
        forget = store.subscribe(() => {
          shown.renders += 1;
        });
        component.enter(store, at, next.immediate);
        return shown;
      },
      unmount() {
        forget();
        component.leave();
      },
    };
    return shown;
  }

  test('shows the state at once, and a view of its own', async () => {
    const one = mount({ history: 2 }).show();
    await until(() => one.view.status === 'open');
    server.publish('1');
    await until(() => one.view.data === 1);
    const other = mount({ history: 5 }).show();
    expect(other.view).toMatchObject({ status: 'open', data: undefined, history: [] });
    server.publish('2');
    server.publish('3');
    await until(() => other.view.data === 3 && one.view.data === 3);
    expect(dataOf(one.view.history)).toEqual([2, 3]);
    expect(dataOf(other.view.history)).toEqual([2, 3]);
    expect(one.view.dropped).toBe(1);
    one.unmount();
    expect(other.view.status).toBe('open');
    other.unmount();
    await end();
  });

  test('that only renders is no user', async () => {
    mount();
    mount();
    const { connection } = mount();
    await quiet();
    expect([usersOf(connection.actor), server.requests.length, clock.pending]).toEqual([0, 0, 0]);
  });

  test('is told of the close of its own, and of what comes back', async () => {
    const one = mount().show();
    const other = mount().show();
    await until(() => one.view.status === 'open');
    const { renders } = one;
    one.component
      .commandsOf({ ...{ connection: one.connection }, commands: one.connection } as never)
      .close();
    expect([one.view.status, other.view.status]).toEqual(['closed', 'open']);
    expect(one.renders).toBeGreaterThan(renders);
    one.unmount();
    one.show();
    expect(one.view.status).toBe('closed');
    one.connection.open();
    expect(one.view.status).toBe('open');
    one.unmount();
    other.unmount();
    await end();
  });

  test('unmounted and mounted within the linger costs no request', async () => {
    const one = mount().show();
    await until(() => one.view.status === 'open');
    one.unmount();
    clock.advance(999);
    const next = mount().show();
    clock.advance(60_000);
    await quiet();
    expect([next.view.status, server.requests.length]).toEqual(['open', 1]);
    next.unmount();
    await end();
  });

  test('and others that change their options together move together, and lose nothing', async () => {
    const all = [mount().show(), mount().show(), mount().show()];
    await until(() => all.every(({ view }) => view.status === 'open'));
    server.publish('1');
    await until(() => all.every(({ view }) => view.data === 1));
    for (const one of all) one.show({ maxRetries: 3 });
    clock.advance(1_000);
    await until(() => server.streams.size === 1 && all.every(({ view }) => view.status === 'open'));
    expect(idsAsked()).toEqual(['', '1']);
    server.publish('2');
    await until(() => all.every(({ view }) => view.data === 2));
    for (const one of all) one.unmount();
    await end();
  });

  test('and others that go to another path together have one stream there', async () => {
    const all = [mount().show(), mount().show()];
    await until(() => all.every(({ view }) => view.status === 'open'));
    for (const one of all) one.show({}, `${server.url}/other`);
    clock.advance(1_000);
    await until(() => server.streams.size === 1 && all.every(({ view }) => view.status === 'open'));
    expect(server.requests).toHaveLength(2);
    for (const one of all) one.unmount();
    await end();
  });

  test('and others that change the query of a name move once', async () => {
    const all = [mount().show(), mount().show()];
    await until(() => all.every(({ view }) => view.status === 'open'));
    for (const one of all) one.show({}, `${server.url}?token=2`);
    clock.advance(200);
    await until(() => server.requests.length === 2);
    await until(() => server.streams.size === 1 && all.every(({ view }) => view.status === 'open'));
    clock.advance(60_000);
    await quiet();
    expect(server.requests).toHaveLength(2);
    for (const one of all) one.unmount();
    await end();
  });

  test('whose query changes leaves those that share the URL', async () => {
    const one = mount({ share: true }).show();
    const other = mount({ share: true }).show();
    await until(() => other.view.status === 'open');
    one.show({ share: true }, `${server.url}?room=2`);
    await until(() => one.view.status === 'open');
    expect([server.streams.size, usersOf(one.connection.actor), usersOf(other.connection.actor)]).toEqual([
      2, 1, 1,
    ]);
    one.unmount();
    other.unmount();
    await end();
  });

  test('mounted and unmounted 1,000 times leaves no user, socket or timer', async () => {
    const first = mount().show();
    await until(() => first.view.status === 'open');
    const { actor } = first.connection;
    for (let turn = 0; turn < 1_000; turn += 1) mount().show().unmount();
    expect(usersOf(actor)).toBe(1);
    first.unmount();
    for (let turn = 0; turn < 1_000; turn += 1) mount().show().unmount();
    expect(usersOf(actor)).toBe(0);
    clock.advance(1_000);
    expect(clock.pending).toBe(0);
    await until(() => server.sockets.size === 0);
    expect(server.requests).toHaveLength(1);
  });
});

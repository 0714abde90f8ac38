import { afterEach, describe, expect, test } from 'vitest';
import { ConnectionError, type ConnectionOptions, createConnection } from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { type PlayedRequest, playedTransport } from '../support/played-transport.ts';
import { quiet, until } from '../support/until.ts';

const connections: { close(): void }[] = [];

afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

function connect(options: ConnectionOptions = {}, unsafe = false) {
  const clock = createTestClock();
  const server = playedTransport(unsafe);
  const connection = createConnection('/events', {
    clock,
    parse: 'text',
    jitter: 'none',
    transport: () => server.transport,
    ...options,
  });
  connections.push(connection);
  const received: string[] = [];
  const statuses: string[] = [];
  connection.on('*', ({ data }) => received.push(String(data)));
  connection.subscribe(({ status }) => statuses.push(status));
  /** The nth request, counted from one, once it was sent. */
  async function request(number: number): Promise<PlayedRequest> {
    await until(() => server.requests.length >= number);
    const found = server.requests[number - 1];
    if (!found) throw new Error(`There is no request ${number}.`);
    return found;
  }
  /** Opens the connection, with what was sent so far. */
  async function open(...ids: (number | string)[]): Promise<PlayedRequest> {
    const first = await request(1);
    first.accept();
    if (ids.length > 0) first.send(...ids);
    await until(() => connection.state.status === 'open' && received.length === ids.length);
    return first;
  }
  /** Cuts a stream, and waits for the next request. */
  async function cut(stream: PlayedRequest): Promise<PlayedRequest> {
    stream.drop();
    await until(() => connection.state.status === 'backoff');
    clock.advance(1_000);
    return request(server.requests.length + 1);
  }
  return { clock, server, connection, received, statuses, request, open, cut };
}

describe('reconnect() while a stream is open', () => {
  test('drops it only when the next one is open, and delivers what both have sent once and in order', async () => {
    const { server, connection, received, statuses, request, open } = connect();
    const first = await open(1, 2, 3);
    connection.reconnect();
    const second = await request(2);
    expect([second.lastEventId, server.alive.length]).toEqual(['3', 2]);
    first.send(4, 5);
    await until(() => received.length === 5);
    second.accept();
    second.send(4, 5, 6);
    await until(() => received.length === 6);
    first.send(7);
    second.send(7);
    await until(() => received.length === 7);
    await quiet();
    expect(received).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect([first.signal.aborted, server.alive.length]).toEqual([true, 1]);
    expect(new Set(statuses.slice(1))).toEqual(new Set(['open'])); // the first is the one at the beginning
  });

  test('asked for twice leaves one request, the latest', async () => {
    const { clock, server, connection, request, open } = connect();
    await open(1);
    connection.reconnect();
    const second = await request(2);
    const { pending } = clock;
    connection.reconnect();
    await request(3);
    expect([second.signal.aborted, server.alive.length, clock.pending]).toEqual([true, 2, pending]);
  });

  test('drops the old one where the server wants only one, and asks once more; then only that answer counts', async () => {
    const { clock, server, connection, received, request, open } = connect();
    const first = await open(1);
    connection.reconnect();
    (await request(2)).refuse(new ConnectionError('http', 'One at a time.', { status: 409 }));
    await until(() => connection.state.status === 'backoff');
    expect([first.signal.aborted, server.alive]).toEqual([true, []]);
    clock.advance(1_500);
    const third = await request(3);
    expect(third.lastEventId).toBe('1');
    third.accept();
    third.send(2);
    await until(() => received.length === 2);
    expect(connection.state).toMatchObject({ status: 'open', retries: 0 });
    connection.reconnect();
    (await request(4)).refuse(new ConnectionError('forbidden', 'No.', { status: 403 }));
    await until(() => connection.state.status === 'backoff');
    clock.advance(1_500);
    (await request(5)).refuse(new ConnectionError('forbidden', 'No.', { status: 403 }));
    await until(() => connection.state.status === 'failed');
    expect(server.alive).toEqual([]);
  });

  test.each([
    ['breaks', 'drop'],
    ['ends', 'end'],
  ] as const)(
    'goes on with the next one when the old one %s meanwhile, and charges nothing',
    async (_, way) => {
      const { clock, server, connection, statuses, request, open } = connect();
      const first = await open(1);
      connection.reconnect();
      const second = await request(2);
      first[way]();
      await until(() => connection.state.status === 'connecting');
      expect(clock.pending).toBe(1); // the time to connect: nobody watches over a stream that is gone
      second.accept();
      await until(() => connection.state.status === 'open');
      expect([connection.state.retries, server.requests.length]).toEqual([0, 2]);
      expect(statuses).not.toContain('backoff');
    },
  );

  test('has as much time as any attempt, and harms nothing if that is not enough', async () => {
    const { clock, server, connection, received, request, open } = connect({ connectTimeout: 1_000 });
    const first = await open(1);
    const failures: string[] = [];
    connection.actor.on('failure', ({ error }) => failures.push(error.kind));
    connection.reconnect();
    const second = await request(2);
    clock.advance(999);
    expect([failures, second.signal.aborted]).toEqual([[], false]);
    clock.advance(1);
    expect([failures, second.signal.aborted, server.alive]).toEqual([['timeout'], true, [first]]);
    first.send(2);
    await until(() => received.length === 2);
    expect(connection.state).toMatchObject({ status: 'open', retries: 0, error: null });
  });

  test('and close() leaves neither', async () => {
    const { clock, server, connection, request, open } = connect();
    await open(1);
    connection.reconnect();
    (await request(2)).accept();
    connection.close();
    await quiet();
    expect([server.alive.length, clock.pending, connection.state.status]).toEqual([0, 0, 'closed']);
  });
});

describe('replays', () => {
  test('of what was delivered before a break are not delivered again, and do not set the ID back', async () => {
    const { connection, received, open, cut } = connect();
    const first = await open(1, 2, 3, 4);
    const second = await cut(first);
    second.accept();
    second.send(2, 3);
    await until(() => connection.state.status === 'open');
    await quiet();
    expect(connection.state.lastEventId).toBe('4');
    second.send(4, 5);
    await until(() => received.length === 5);
    expect(received).toEqual(['1', '2', '3', '4', '5']);
  });

  test('are not assumed when only the IDs are the same: a server may count from 1 again', async () => {
    const { received, open, cut } = connect();
    const first = await open(1, 2);
    const second = await cut(first);
    second.accept();
    second.batch({ messages: [{ event: 'message', data: 'another 1', id: '1' }] });
    await until(() => received.length === 3);
    expect(received).toEqual(['1', '2', 'another 1']);
  });

  test('are held back for a second at most: a server may count from 1 again, and say the same at first', async () => {
    const { clock, connection, received, open, cut } = connect();
    const first = await open(1, 2);
    const second = await cut(first);
    second.accept();
    second.send(1);
    await until(() => connection.state.status === 'open');
    await quiet();
    clock.advance(999);
    expect(received).toEqual(['1', '2']);
    clock.advance(1);
    expect([received, connection.state.lastEventId]).toEqual([['1', '2', '1'], '1']);
  });

  test('are delivered all the same where that is wanted', async () => {
    const { received, open, cut } = connect({ replays: 'deliver' });
    const first = await open(1, 2);
    const second = await cut(first);
    second.accept();
    second.send(1, 2, 3);
    await until(() => received.length === 5);
    expect(received).toEqual(['1', '2', '1', '2', '3']);
  });

  test('of an ID that two events share are delivered if the app closed at the first', async () => {
    const { connection, received, request } = connect();
    connection.on('*', ({ data }) => data === 'first' && connection.close());
    const shared = ['first', 'second'].map((data) => ({ event: 'message', data, id: '5' }));
    const first = await request(1);
    first.accept();
    first.batch({ messages: shared, ownIds: true });
    await until(() => connection.state.status === 'closed');
    connection.open();
    const second = await request(2);
    second.accept();
    second.batch({ messages: shared.slice(1), ownIds: true });
    await until(() => received.length === 2);
    expect(received).toEqual(['first', 'second']);
  });

  test('of what the app never got are delivered: it had closed the connection before', async () => {
    const { connection, received, request } = connect();
    connection.on('*', ({ data }) => data === '2' && connection.close());
    const first = await request(1);
    first.accept();
    first.send(1, 2, 3, 4);
    await until(() => connection.state.status === 'closed');
    connection.open();
    const second = await request(2);
    expect(second.lastEventId).toBe('2');
    second.accept();
    second.send(3, 4);
    await until(() => received.length === 4);
    expect(received).toEqual(['1', '2', '3', '4']);
  });

  test('of more messages than are remembered are left to the next stream, and the old one is dropped', async () => {
    const { server, connection, received, statuses, request, open } = connect();
    const first = await open(1);
    connection.reconnect();
    const second = await request(2);
    const ids = Array.from({ length: 600 }, (_, index) => index + 2);
    for (const id of ids) first.send(id);
    await until(() => first.signal.aborted);
    expect([received.length, connection.state.status, server.alive]).toEqual([257, 'connecting', [second]]);
    second.accept();
    second.send(...ids);
    await until(() => received.length === 601);
    expect(received).toEqual([1, ...ids].map(String));
    expect([connection.state.retries, statuses.includes('backoff')]).toEqual([0, false]);
  });

  test('are known as such although the network changes before they come', async () => {
    const { clock, connection, received, open, cut } = connect();
    const first = await open(1, 2);
    const second = await cut(first);
    second.accept();
    await until(() => connection.state.status === 'open');
    connection.actor.send({ type: 'network.online', at: clock.now() });
    second.send(1, 2, 3);
    await until(() => connection.state.lastEventId === '3');
    expect(received).toEqual(['1', '2', '3']);
  });

  test('come at once: what comes when the stream has lasted is news', async () => {
    const { clock, server, connection, received, open, cut } = connect();
    const first = await open(1, 2);
    const second = await cut(first);
    second.accept();
    await until(() => connection.state.status === 'open');
    clock.advance(5_000);
    second.send(1); // a server that counts from 1 again, with the same to say
    await until(() => received.length === 3);
    expect([received, server.requests.length]).toEqual([['1', '2', '1'], 2]);
  });

  test('are known after an ID that came without a message, and after an event that nobody asked for', async () => {
    const { connection, received, open, cut } = connect();
    const first = await open(1, 2);
    first.batch({ lastEventId: '5' });
    await until(() => connection.state.lastEventId === '5');
    const second = await cut(first);
    expect(second.lastEventId).toBe('5');
    second.accept();
    second.send(2, 6);
    await until(() => received.length === 3);
    expect(received).toEqual(['1', '2', '6']);
  });
});

describe('an event by which the server says that the credentials are about to expire', () => {
  test('renews them once the stream has lasted, and the stream goes on until the next one is open', async () => {
    let refreshes = 0;
    const { clock, server, connection, received, request, open } = connect({
      refreshOn: 'expiring',
      refresh: () => {
        refreshes += 1;
      },
    });
    const first = await open(1);
    first.batch({ messages: [{ event: 'expiring', data: '2', id: '2' }] });
    await until(() => received.length === 2);
    clock.advance(4_999);
    await quiet();
    expect([refreshes, server.requests.length]).toEqual([0, 1]);
    clock.advance(1);
    const second = await request(2);
    expect([refreshes, second.lastEventId, server.alive.length]).toEqual([1, '2', 2]);
    second.accept();
    second.send(3);
    await until(() => received.length === 3);
    expect([server.alive.length, connection.state.status]).toEqual([1, 'open']);
  });

  test('is the only one that renews them', async () => {
    let refreshes = 0;
    const { clock, server, received, open } = connect({
      refreshOn: 'expiring',
      refresh: () => {
        refreshes += 1;
      },
    });
    const first = await open(1);
    first.send(2);
    await until(() => received.length === 2);
    clock.advance(5_000);
    await quiet();
    expect([refreshes, server.alive]).toEqual([0, [first]]);
  });

  test.each([
    ['the server refuses the new stream', () => {}, true],
    ['the refresh fails', () => Promise.reject(new Error('down')), false],
  ])('costs the old stream nothing when %s', async (_, refresh, refuses) => {
    const { clock, server, connection, received, request, open } = connect({
      refreshOn: ['expiring'],
      refresh,
      reportError: () => {},
    });
    const first = await open(1);
    clock.advance(5_000);
    first.batch({ messages: [{ event: 'expiring', data: '2', id: '2' }] });
    await until(() => received.length === 2);
    if (refuses) (await request(2)).refuse(new ConnectionError('http', 'Later.', { status: 503 }));
    await quiet();
    first.send(3);
    await until(() => received.length === 3);
    expect([server.alive, connection.state.status, connection.state.retries]).toEqual([[first], 'open', 0]);
    expect(clock.pending).toBe(1); // the look at the silence: there is no attempt that could time out
  });
});

describe('a renewal of the credentials', () => {
  const expiring = (id: string) => ({ messages: [{ event: 'expiring', data: '', id }] });
  const unavailable = new ConnectionError('http', 'Later.', { status: 503, retryAfter: 120_000 });

  test('does not send a POST again that the server has finished meanwhile', async () => {
    const { clock, server, connection, open } = connect(
      { refreshOn: 'expiring', refresh: () => new Promise(() => {}) },
      true,
    );
    const first = await open(1);
    clock.advance(5_000);
    first.batch(expiring('2'));
    first.end();
    await until(() => connection.state.status === 'closed');
    await quiet();
    expect([connection.state.closeReason, server.requests.length, server.alive]).toEqual(['ended', 1, []]);
  });

  test.each([
    ['has no event IDs', {}, false, ''],
    ['is of an unsafe method that may be repeated', { retryUnsafe: true }, true, '2'],
  ])(
    'of a stream that %s waits for them, and then takes its place: no two run side by side',
    async (_, options, unsafe, id) => {
      let renew = () => {};
      const refresh = () =>
        new Promise<void>((resolve) => {
          renew = resolve;
        });
      const { clock, server, connection, received, request, open } = connect(
        { refreshOn: 'expiring', refresh, ...options },
        unsafe,
      );
      const first = await open();
      clock.advance(5_000);
      first.batch(expiring(id));
      await quiet();
      first.batch({ messages: [{ event: 'message', data: 'meanwhile', id }] });
      await until(() => received.length === 2);
      expect([server.alive, connection.state.status]).toEqual([[first], 'open']);
      renew();
      const second = await request(2);
      expect([server.alive, second.lastEventId, connection.state.retries]).toEqual([[second], id, 0]);
      second.accept();
      await until(() => connection.state.status === 'open');
    },
  );

  test('that is refused is not tried again on the same stream, and its Retry-After holds for the next', async () => {
    let refreshes = 0;
    const { clock, server, connection, received, request, open } = connect({
      refreshOn: 'expiring',
      refresh: () => {
        refreshes += 1;
      },
    });
    const first = await open(1);
    clock.advance(5_000);
    first.batch(expiring('2'));
    (await request(2)).refuse(unavailable);
    await quiet();
    for (const id of ['3', '4', '5']) {
      clock.advance(10_000);
      first.batch(expiring(id));
      await until(() => received.length === Number(id));
    }
    await quiet();
    expect([refreshes, server.requests.length, connection.state.status]).toEqual([1, 2, 'open']);
    first.drop();
    await until(() => connection.state.status === 'backoff');
    clock.advance(89_999);
    await quiet();
    expect(server.requests).toHaveLength(2);
    clock.advance(1_001);
    await request(3);
  });

  test('is waited for when the stream breaks meanwhile, and that is no failure', async () => {
    const { clock, server, connection, statuses, request, open } = connect({
      refreshOn: 'expiring',
      refresh: () => {},
    });
    const first = await open(1);
    clock.advance(5_000);
    first.batch(expiring('2'));
    const second = await request(2);
    first.drop();
    await until(() => connection.state.status !== 'open');
    expect([connection.state.status, server.alive]).toEqual(['connecting', [second]]);
    second.accept();
    await until(() => connection.state.status === 'open');
    expect([connection.state.retries, statuses.includes('backoff')]).toEqual([0, false]);
  });

  test('that fails costs a busy stream nothing, however much arrives while it runs', async () => {
    let fail = (_: unknown): void => {};
    const { clock, connection, received, open } = connect({
      refreshOn: 'expiring',
      reportError: () => {},
      refresh: () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    });
    const first = await open(1);
    clock.advance(5_000);
    first.batch(expiring('2'));
    for (let id = 3; id <= 600; id += 1) first.send(id);
    await until(() => received.length === 600);
    fail(new Error('down'));
    await quiet();
    first.send(601);
    await until(() => received.length === 601);
    expect(connection.state.status).toBe('open');
  });

  test('that hangs is not waited for by the next attempt', async () => {
    let refreshes = 0;
    const { clock, connection, request } = connect({
      refresh: () => {
        refreshes += 1;
        return refreshes === 1 ? new Promise(() => {}) : undefined;
      },
    });
    const refused = new ConnectionError('unauthorized', 'No.', { status: 401 });
    (await request(1)).refuse(refused);
    await until(() => refreshes === 1);
    clock.advance(60_000);
    await until(() => connection.state.status === 'backoff');
    clock.advance(1_000);
    (await request(2)).refuse(refused);
    (await request(3)).accept();
    await until(() => connection.state.status === 'open');
    expect(refreshes).toBe(2);
  });
});

describe('a refresh after a 401', () => {
  const unauthorized = new ConnectionError('unauthorized', 'No.', { status: 401 });

  test('is followed by no request when the connection was closed meanwhile', async () => {
    let answer = () => {};
    const refresh = () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      });
    const { server, connection, request } = connect({ refresh });
    (await request(1)).refuse(unauthorized);
    await quiet();
    connection.close();
    answer();
    await quiet();
    expect(server.requests).toHaveLength(1);
  });

  test('is still shared when another connection that did not need it gives up waiting for its server', async () => {
    let refreshes = 0;
    const refresh = () => {
      refreshes += 1;
      return new Promise(() => {});
    };
    const clock = createTestClock();
    const waiting = connect({ refresh, clock, connectTimeout: 15_000 });
    await waiting.request(1);
    clock.advance(10_000);
    for (const { request } of [connect({ refresh, clock }), connect({ refresh, clock })]) {
      (await request(1)).refuse(unauthorized);
      await quiet();
      clock.advance(2_500);
    }
    expect([waiting.connection.state.error?.kind, refreshes]).toEqual(['timeout', 1]);
    const late = connect({ refresh, clock });
    (await late.request(1)).refuse(unauthorized);
    await quiet();
    expect(refreshes).toBe(1);
  });
});

test.each([503, 403])(
  'a stream that was doubted, and shows that it is alive, outlives a %i of its successor',
  async (status) => {
    const { clock, server, connection, received, request, open } = connect();
    const first = await open(1);
    connection.actor.send({ type: 'network.online', at: clock.now() });
    clock.advance(5_000);
    const second = await request(2);
    first.send(2);
    await until(() => received.length === 2);
    second.refuse(new ConnectionError('http', 'No.', { status }));
    await quiet();
    first.send(3);
    await until(() => received.length === 3);
    expect([server.alive, connection.state.status]).toEqual([[first], 'open']);
  },
);

describe('an event with which the server closes for good', () => {
  test('is the last one that is delivered, and nothing is sent again', async () => {
    const { clock, server, connection, received, open } = connect({ closeOn: ['logout', 'bye'] });
    const first = await open(1);
    const named = (event: string, id: string) => ({ event, data: id, id });
    first.batch({ messages: [named('message', '2'), named('bye', '3'), named('message', '4')] });
    await until(() => connection.state.status === 'closed');
    expect(connection.state).toMatchObject({ closeReason: 'ended', lastEventId: '3', error: null });
    expect([received, server.alive, clock.pending]).toEqual([['1', '2', '3'], [], 0]);
    clock.advance(1_000_000);
    await quiet();
    expect(server.requests).toHaveLength(1);
  });

  test('is the last one also when it comes first', async () => {
    const { connection, received, open } = connect({ closeOn: 'bye' });
    const first = await open(1);
    const named = (event: string, id: string) => ({ event, data: id, id });
    first.batch({ messages: [named('bye', '2'), named('message', '3')] });
    await until(() => connection.state.status === 'closed');
    expect([received, connection.state.lastEventId]).toEqual([['1', '2'], '2']);
  });

  test('is asked for, whether or not `events` names it', () => {
    const connection = createConnection('/events', { events: ['note'], closeOn: 'bye', immediate: false });
    expect(() => connection.on('bye' as 'note', () => {})).not.toThrow();
  });
});

describe('a server that resumes after another event than it was asked to', () => {
  test('is heard by onGap, after the stream is open and before its messages', async () => {
    const order: unknown[] = [];
    const { connection, open, cut } = connect({ onGap: (gap) => order.push(gap) });
    const first = await open(1);
    connection.on('*', ({ data }) => order.push(data));
    const second = await cut(first);
    second.accept({ resumedAfter: 'earliest' });
    second.send(9);
    await until(() => order.length === 2);
    expect(order).toEqual([{ reason: 'server', lastEventId: '1', resumedAfter: 'earliest' }, '9']);
  });

  test('has lost nothing when it was asked for nothing, or says what it was asked for', async () => {
    const gaps: unknown[] = [];
    const { connection, request, cut } = connect({ onGap: (gap) => gaps.push(gap) });
    const first = await request(1);
    first.accept({ resumedAfter: 'latest' });
    first.send(1);
    await until(() => connection.state.lastEventId === '1');
    (await cut(first)).accept({ resumedAfter: '1' });
    await until(() => connection.state.status === 'open');
    expect(gaps).toEqual([]);
  });

  test('and an onGap that throws are reported, and touch nothing', async () => {
    const reports: unknown[] = [];
    const { connection, request } = connect({
      lastEventId: '7',
      onGap: () => {
        throw new Error('mine');
      },
      reportError: (error) => reports.push(error),
    });
    (await request(1)).accept({ resumedAfter: '9' });
    await until(() => connection.state.status === 'open');
    expect(reports).toEqual([Error('mine')]);
  });
});

describe('a batch without a message', () => {
  test('or anything else that is new does not run the statechart', async () => {
    const { connection, open } = connect();
    const first = await open(1);
    let changes = 0;
    const { unsubscribe } = connection.actor.subscribe(() => {
      changes += 1;
    });
    for (let beat = 0; beat < 3; beat += 1) first.batch({ keepAlive: true });
    await quiet();
    unsubscribe();
    expect(changes).toBe(0);
  });

  test('still brings the time that the server asks to wait before a retry', async () => {
    const { clock, connection, open } = connect();
    const first = await open(1);
    first.batch({ retry: 2_000 });
    first.drop();
    await until(() => connection.state.status === 'backoff');
    expect(connection.state.retryAt).toBe(clock.now() + 2_000 + 2_000);
  });
});

test('a stream that the server ends is a failure that says so', async () => {
  const { connection, open } = connect();
  const first = await open(1);
  first.end();
  await until(() => connection.state.status === 'backoff');
  expect(connection.state.error).toMatchObject({ kind: 'ended', message: 'The server ended the stream.' });
});

describe('a jitter function', () => {
  test('may ask for no delay at all', async () => {
    const reports: unknown[] = [];
    const { clock, connection, open } = connect({
      jitter: () => 0,
      reportError: (error) => reports.push(error),
    });
    const first = await open(1);
    first.drop();
    await until(() => connection.state.status === 'backoff');
    expect([connection.state.retryAt, reports]).toEqual([clock.now(), []]);
  });

  test('that returns no delay is told what it must return', async () => {
    const reports: unknown[] = [];
    const { connection, open } = connect({ jitter: () => -1, reportError: (error) => reports.push(error) });
    const first = await open(1);
    first.drop();
    await until(() => connection.state.status === 'backoff');
    expect(reports).toEqual([TypeError('`jitter` must return milliseconds.')]);
  });

  test('gets the exponential delay also after a change of the network', async () => {
    const delays: number[] = [];
    const { clock, connection, open } = connect({ jitter: (delay) => delays.push(delay) });
    const first = await open(1);
    connection.actor.send({ type: 'network.online', at: clock.now() });
    first.drop();
    await until(() => connection.state.status === 'backoff');
    expect(delays).toEqual([1_000]);
  });

  test('is asked for nothing when the app closes the connection before the server does', async () => {
    const delays: number[] = [];
    const { connection, open } = connect({ closeOn: 'bye', jitter: (delay) => delays.push(delay) });
    const first = await open(1);
    connection.on('*', ({ event }) => event === 'bye' && connection.close());
    first.batch({ messages: [{ event: 'bye', data: '2', id: '2' }] });
    await until(() => connection.state.status === 'closed');
    await quiet();
    expect([connection.state.closeReason, delays]).toEqual(['app', []]);
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { createView, idleStore, unknownStore, type ViewableConnection } from '../../adapters/view-store.ts';
import { type ConnectionOptions, createConnection, type Message } from '../../index.ts';
import { type ConnectionClock, systemClock } from '../../machines/clock.ts';
import { createTestClock } from '../../testing/clock.ts';
import { playedTransport } from '../support/played-transport.ts';
import { quiet, until } from '../support/until.ts';

const connections: { close(): void }[] = [];

afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

function create(
  immediate = true,
  clock: ConnectionClock = createTestClock(),
  connecting: ConnectionOptions = {},
) {
  const server = playedTransport();
  const connection = createConnection('/events', {
    clock,
    parse: 'text',
    immediate,
    transport: () => server.transport,
    ...connecting,
  });
  connections.push(connection);
  return { server, connection };
}

/** A connection that is open, with a view of it that somebody watches. */
async function watch(
  { clock, ...options }: Parameters<typeof createView>[1] & { clock?: ConnectionClock } = {},
  connecting: ConnectionOptions = {},
) {
  const { server, connection } = create(true, clock, connecting);
  const view = createView(connection, options);
  await until(() => server.requests.length === 1);
  server.requests[0]?.accept();
  await until(() => connection.state.status === 'open');
  const told: boolean[] = [];
  const forget = view.subscribe((news) => told.push(news));
  let batches = 0;
  /** Sends messages in one batch, and waits until they are there. */
  async function send(...data: string[]): Promise<void> {
    batches += 1;
    const lastEventId = `batch ${batches}`;
    const messages = data.map((text) => ({ event: `event ${text}`, data: text, id: lastEventId }));
    server.requests[0]?.batch({ messages, lastEventId });
    await until(() => connection.state.lastEventId === lastEventId);
  }
  return { server, connection, view, told, forget, send };
}

describe('the view of a connection', () => {
  test('shows its state, and the last message', async () => {
    const { connection, view, send } = await watch();
    expect(view.get()).toEqual({
      ...connection.state,
      state: connection.state,
      data: undefined,
      event: undefined,
      latest: {},
      history: [],
      dropped: 0,
    });
    await send('a', 'b');
    expect(view.get()).toEqual({
      ...connection.state,
      state: connection.state,
      data: 'b',
      event: 'event b',
      latest: {
        'event a': { event: 'event a', data: 'a', id: 'batch 1' },
        'event b': { event: 'event b', data: 'b', id: 'batch 1' },
      },
      history: [],
      dropped: 0,
    });
  });

  test('is the same object until something changes', async () => {
    const { connection, server, view, told, send } = await watch();
    await send('a');
    const before = view.get();
    server.requests[0]?.batch({ lastEventId: 'batch 1' });
    await quiet();
    expect(view.get()).toBe(before);
    expect(told).toEqual([true]);
    connection.close();
    expect(view.get()).not.toBe(before);
    expect(view.get()).toMatchObject({ status: 'closed', data: 'a', event: 'event a' });
  });

  test('tells once for each batch, and whether there is a message', async () => {
    const { connection, told, send } = await watch();
    await send('a', 'b', 'c');
    expect(told).toEqual([true]);
    await send('c');
    expect(told).toEqual([true, true]);
    connection.close();
    expect(told).toEqual([true, true, false]);
  });

  test('tells that a change of state is no message', async () => {
    const { connection, told } = await watch();
    connection.close();
    expect(told).toEqual([false]);
  });

  describe('where there are frames', () => {
    let paint = () => {};

    beforeEach(() => {
      vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
        paint = callback;
        return 1;
      });
      vi.stubGlobal('cancelAnimationFrame', () => {
        paint = () => {};
      });
    });

    afterEach(() => vi.unstubAllGlobals());

    test('tells of the first message at once, and of the others of a frame with the next one', async () => {
      const { told, view, send } = await watch({ history: 2, clock: systemClock });
      const seen: unknown[] = [];
      view.subscribe(() => seen.push(view.get().data));
      await send('a');
      expect(seen).toEqual(['a']);
      await send('b', 'c');
      await send('d');
      expect(seen).toEqual(['a']);
      paint();
      expect([seen, told]).toEqual([
        ['a', 'd'],
        [true, true],
      ]);
      expect(view.get()).toMatchObject({ history: [{ data: 'c' }, { data: 'd' }], dropped: 2 });
      paint();
      await send('e');
      expect(seen).toEqual(['a', 'd', 'e']);
    });

    test('tells at once of whatever is not a message, with the messages before it', async () => {
      const { connection, server, told, view, send } = await watch({ clock: systemClock });
      const seen: unknown[] = [];
      view.subscribe(() => seen.push([view.get().status, view.get().data]));
      await send('a');
      await send('b');
      server.requests[0]?.end();
      await until(() => connection.state.status === 'backoff');
      connection.close();
      expect(seen).toEqual([
        ['open', 'a'],
        ['backoff', 'b'],
        ['closed', 'b'],
      ]);
      expect(told).toEqual([true, true, false]);
    });

    test('tells at once of the first message after a change of the status', async () => {
      const { connection, server, view, send } = await watch({ clock: systemClock });
      const seen: unknown[] = [];
      view.subscribe(() => seen.push([view.get().status, view.get().data]));
      await send('a');
      connection.close();
      connection.open();
      await until(() => server.requests.length === 2);
      server.requests[1]?.accept();
      server.requests[1]?.batch({ messages: [{ event: 'message', data: 'b', id: '' }], lastEventId: '' });
      await until(() => view.get().data === 'b');
      expect(seen).toEqual([
        ['open', 'a'],
        ['closed', 'a'],
        ['connecting', 'a'],
        ['open', 'a'],
        ['open', 'b'],
      ]);
    });

    test('tells at once that the stream is open, in whatever frame it was asked for', async () => {
      const { connection, server, view, send } = await watch({ clock: systemClock });
      const seen: unknown[] = [];
      view.subscribe(() => seen.push([view.get().status, view.get().data]));
      await send('a');
      await send('b');
      connection.reconnect({ lastEventId: '' });
      await until(() => server.requests.length === 2);
      server.requests[1]?.accept();
      await until(() => connection.state.status === 'open');
      expect(seen).toEqual([
        ['open', 'a'],
        ['connecting', 'b'],
        ['open', 'b'],
      ]);
    });

    test('shows all there is to whoever looks, and tells of it all the same', async () => {
      const { told, view, send } = await watch({ clock: systemClock });
      await send('a');
      await send('b');
      expect([view.get().data, told]).toEqual(['b', [true]]);
      paint();
      expect(told).toEqual([true, true]);
    });

    test('waits for no frame once nobody watches', async () => {
      const { told, view, send, forget } = await watch({ clock: systemClock });
      await send('a');
      await send('b');
      const cancelled = vi.fn();
      vi.stubGlobal('cancelAnimationFrame', cancelled);
      forget();
      expect(cancelled.mock.calls).toEqual([[1]]);
      paint();
      expect([view.get().data, told]).toEqual(['b', [true]]);
    });

    test('waits for none under a clock of the app: simulated time has no frames', async () => {
      const { told, send } = await watch();
      for (const data of ['a', 'b', 'c']) await send(data);
      expect(told).toEqual([true, true, true]);
    });
  });

  test('tells nothing to those who have left; the others go on', async () => {
    const { told, send, forget, view, server, connection } = await watch();
    const others: boolean[] = [];
    const leaveToo = view.subscribe((news) => others.push(news));
    forget();
    await send('a');
    expect([told, others]).toEqual([[], [true]]);
    leaveToo();
    server.requests[0]?.send('7');
    await until(() => connection.state.lastEventId === '7');
    expect([others, view.get().data, view.get().lastEventId]).toEqual([[true], 'a', '7']);
    view.subscribe((news) => others.push(news));
    await send('c');
    expect([others, view.get().data]).toEqual([[true, true], 'c']);
  });

  test('watches the connection only as long as somebody watches it', () => {
    const { connection } = create(false);
    let watching = 0;
    const subscribe = () => {
      watching += 1;
      const unsubscribe = () => {
        watching -= 1;
      };
      return { unsubscribe };
    };
    const shown = { ...connection, actor: { subscribe, on: subscribe } } as unknown as ViewableConnection;
    const view = createView(shown);
    const leaving = [view.subscribe(() => {}), view.subscribe(() => {})];
    expect(watching).toBe(2); // the state, and the gaps
    for (const forget of leaving) forget();
    expect(watching).toBe(0);
  });

  test('knows what changed while nobody watched, and does not tell it as news', async () => {
    const { connection, view, told, forget } = await watch();
    forget();
    connection.close();
    expect(view.get().status).toBe('closed');
    view.subscribe((news) => told.push(news));
    connection.close();
    expect(told).toEqual([]);
  });

  test('as it is expected to be opened shows as connecting, until it was closed', async () => {
    const { connection, server } = create(false);
    const view = createView(connection, { expected: true });
    expect([view.get().status, createView(connection).get().status]).toEqual(['connecting', 'closed']);
    connection.open();
    await until(() => server.requests.length === 1);
    server.requests[0]?.accept();
    await until(() => connection.state.status === 'open');
    expect(view.get().status).toBe('open');
    connection.close();
    expect(view.get()).toMatchObject({ status: 'closed', closeReason: 'app' });
  });

  test('has the commands of the connection', () => {
    const { connection } = create(false);
    const { commands, connection: shown } = createView(connection);
    expect(shown).toBe(connection);
    commands.open();
    expect(connection.state.status).toBe('connecting');
    commands.close();
    expect(connection.state.status).toBe('closed');
    commands.reconnect();
    expect(connection.state.status).toBe('connecting');
  });
});

describe('the history', () => {
  const shown = ({ history, dropped }: ReturnType<ReturnType<typeof createView>['get']>) => [
    history.map(({ data }) => data),
    dropped,
  ];

  test.each([2, 2.9])(
    'of %d keeps the last two messages, oldest first, and counts the rest',
    async (history) => {
      const { connection, view, send } = await watch({ history });
      await send('a');
      expect(shown(view.get())).toEqual([['a'], 0]);
      await send('b', 'c');
      expect(shown(view.get())).toEqual([['b', 'c'], 1]);
      await send('d', 'e', 'f');
      expect(shown(view.get())).toEqual([['e', 'f'], 4]);
      connection.close();
      expect(shown(view.get())).toEqual([['e', 'f'], 4]);
    },
  );

  test.each([0, 0.5])('of %d keeps none, and counts none', async (history) => {
    const { view, send } = await watch({ history });
    await send('a', 'b');
    expect(shown(view.get())).toEqual([[], 0]);
  });

  test('without an end keeps everything', async () => {
    const { view, send } = await watch({ history: Infinity });
    await send('a', 'b');
    await send('c');
    expect(shown(view.get())).toEqual([['a', 'b', 'c'], 0]);
  });

  test('of an invalid length is refused', () => {
    const { connection } = create(false);
    expect(() => createView(connection, { history: -1 })).toThrow(
      new TypeError('`history` must be a number from 0 to Infinity, but it is -1.'),
    );
  });
});

test('without a connection there is nothing to show and nothing to do', () => {
  const closed = {
    status: 'closed',
    retries: 0,
    retryAt: null,
    error: null,
    lastEventId: '',
    openedAt: null,
    closeReason: null,
  };
  const shownAs = (state: object) => ({
    ...{ ...state, state, data: undefined, event: undefined, latest: {}, history: [], dropped: 0 },
  });
  expect(idleStore.connection).toBeNull();
  expect(idleStore.get()).toEqual(shownAs(closed));
  expect(unknownStore.get()).toEqual(shownAs({ ...closed, status: 'connecting' }));
  const { open, close, reconnect, clear } = idleStore.commands;
  for (const command of [open, close, reconnect, clear]) command();
  idleStore.subscribe(() => {})();
  expect(idleStore.get()).toEqual(shownAs(closed));
});

describe('what is gathered', () => {
  const joined = { initial: '', reduce: (text: string, { data }: Message) => `${text}${data}` };

  test('is what `reduce` makes of each message, once and in order, whatever renders', async () => {
    const { view, send } = await watch(joined);
    expect(view.get().data).toBe('');
    await send('a', 'b');
    expect([view.get().data, view.get().data]).toEqual(['ab', 'ab']);
    await send('c');
    expect(view.get().data).toBe('abc');
  });

  test('goes on through a reconnect, and begins anew after a gap', async () => {
    const clock = createTestClock();
    const { server, connection, view, send } = await watch({ ...joined, clock });
    await send('a');
    server.requests[0]?.drop();
    await until(() => connection.state.status === 'backoff');
    clock.advanceToNext();
    await until(() => server.requests.length === 2);
    server.requests[1]?.accept();
    await until(() => connection.state.status === 'open');
    expect(view.get().data).toBe('a');
    const gap = { reason: 'server', resumedAfter: 'x' } as const;
    const messages = ['c', 'd'].map((data) => ({ event: 'message', data, id: 'y' }));
    server.requests[1]?.batch({ gap, messages, lastEventId: 'y' });
    await until(() => connection.state.lastEventId === 'y');
    expect(view.get()).toMatchObject({ data: 'cd', latest: { 'event a': { data: 'a' } } });
  });

  test('is begun anew by a gap that brings nothing', async () => {
    const { server, view, told, send } = await watch(joined);
    await send('a');
    server.requests[0]?.batch({ gap: { reason: 'server', resumedAfter: 'x' }, lastEventId: 'batch 1' });
    await until(() => told.length === 2);
    expect([view.get().data, told]).toEqual(['', [true, false]]);
  });

  test('loses a message for which `reduce` throws, and no other', async () => {
    const faults: unknown[] = [];
    const reduce = (text: string, { data }: Message) => {
      if (data === 'b') throw new RangeError('b');
      return `${text}${data}`;
    };
    const { view, send } = await watch({ initial: '', reduce, reportError: (fault) => faults.push(fault) });
    await send('a', 'b', 'c');
    expect([view.get().data, faults]).toEqual(['ac', [new RangeError('b')]]);
  });

  test('is cleared with all that is shown of messages, and goes on', async () => {
    const { view, told, send } = await watch({ ...joined, history: 1 });
    await send('a', 'b');
    expect(view.get()).toMatchObject({ data: 'ab', event: 'event b', dropped: 1 });
    view.commands.clear();
    const empty = { data: '', event: undefined, latest: {}, history: [], dropped: 0 };
    expect(view.get()).toMatchObject({ ...empty, status: 'open' });
    expect(told).toEqual([true, false]);
    await send('c');
    expect(view.get()).toMatchObject({ data: 'c', dropped: 0 });
  });

  test('is cleared of what has arrived and was not yet shown', async () => {
    const { view, send } = await watch(joined);
    await send('a');
    view.commands.clear();
    expect(view.get().data).toBe('');
  });

  test('needs something to begin with', () => {
    const { connection } = create(false);
    expect(() => createView(connection, { reduce: () => 1 })).toThrow('`reduce` needs an `initial`');
    expect(() => createView(connection, { reduce: 'all' as never })).toThrow('`reduce` must be function');
  });
});

test('the last message of each event is kept, under any name', async () => {
  const { view, send } = await watch();
  await send('a', 'b', 'a');
  const before = view.get().latest;
  expect(Object.keys(before)).toEqual(['event a', 'event b']);
  await send('c');
  expect(view.get().latest['event a']).toBe(before['event a']);
  expect(Object.keys(view.get().latest)).toHaveLength(3);
});

describe('a status that has to last', () => {
  const settle = 2_000;

  async function settled(connecting: ConnectionOptions = {}) {
    const clock = createTestClock();
    const watched = await watch({ settle, clock }, connecting);
    const shown = () => watched.view.get().status;
    /** Loses the stream; what comes after is a first wait, then a request. */
    async function drop(request: number): Promise<void> {
      watched.server.requests[request]?.drop();
      await until(() => watched.connection.state.status === 'backoff');
    }
    async function accept(request: number): Promise<void> {
      clock.advanceToNext();
      await until(() => watched.server.requests.length === request + 1);
      watched.server.requests[request]?.accept();
      await until(() => watched.connection.state.status === 'open');
    }
    return { ...watched, clock, shown, drop, accept };
  }

  test('is not shown where it was short, and the state stays exact', async () => {
    const { connection, view, shown, drop, accept } = await settled();
    const seen: unknown[] = [];
    view.subscribe(() => seen.push(shown()));
    await drop(0);
    expect([connection.state.status, shown()]).toEqual(['backoff', 'open']);
    await accept(1);
    expect(new Set(seen)).toEqual(new Set(['open'])); // told, because it is open since another time
  });

  test('is shown once it has lasted, as one state', async () => {
    const { connection, clock, view, shown, server } = await settled();
    clock.advance(5_000); // the budget is whole
    connection.reconnect();
    await until(() => server.requests.length === 2);
    expect(shown()).toBe('open');
    clock.advance(settle - 1);
    expect(shown()).toBe('open');
    clock.advance(1);
    expect(shown()).toBe('connecting');
    expect(view.get().state).toBe(connection.state);
  });

  test('is told when its time has come, though nothing else happens', async () => {
    const { connection, clock, told, server } = await settled();
    connection.reconnect();
    await until(() => server.requests.length === 2);
    told.length = 0;
    clock.advance(settle);
    expect(told).toEqual([false]);
  });

  test('does not hide an outage whose parts are short', async () => {
    const { clock, shown, drop, connection, server } = await settled();
    await drop(0);
    for (let request = 1; shown() === 'open' && request < 9; request += 1) {
      clock.advanceToNext();
      await until(() => server.requests.length === request + 1 || shown() !== 'open');
      server.requests[request]?.refuse(new Error('down'));
      await until(() => connection.state.status !== 'connecting');
    }
    expect(shown()).toBe('backoff');
    expect(clock.now() - 1_000_000).toBeLessThanOrEqual(settle);
  });

  test('is shown at once where the app has closed the connection', async () => {
    const { connection, shown, clock } = await settled();
    connection.close();
    expect(shown()).toBe('closed');
    expect(clock.pending).toBe(0);
  });

  test('is shown at once where the server has ended it', async () => {
    const { connection, server, shown } = await settled({ closeOn: 'event over' });
    server.requests[0]?.batch({ messages: [{ event: 'event over', data: '', id: '' }] });
    await until(() => connection.state.status === 'closed');
    expect([shown(), connection.state.closeReason]).toEqual(['closed', 'ended']);
  });

  test('leaves no timer once nobody watches', async () => {
    const { connection, clock, shown, forget, drop } = await settled();
    await drop(0);
    expect(shown()).toBe('open');
    const before = clock.pending;
    forget();
    expect(clock.pending).toBeLessThan(before);
    expect(shown()).toBe(connection.state.status);
  });
});

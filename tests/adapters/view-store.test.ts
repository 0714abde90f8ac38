import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ViewOptions } from '../../adapters/view.ts';
import { createView, idleStore, unknownStore, type ViewableConnection } from '../../adapters/view-store.ts';
import { createConnection } from '../../index.ts';
import { type ConnectionClock, systemClock } from '../../machines/clock.ts';
import { createTestClock } from '../../testing/clock.ts';
import { playedTransport } from '../support/played-transport.ts';
import { quiet, until } from '../support/until.ts';

const connections: { close(): void }[] = [];

afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

function create(immediate = true, clock: ConnectionClock = createTestClock()) {
  const server = playedTransport();
  const connection = createConnection('/events', {
    clock,
    parse: 'text',
    immediate,
    transport: () => server.transport,
  });
  connections.push(connection);
  return { server, connection };
}

/** A connection that is open, with a view of it that somebody watches. */
async function watch({ clock, ...options }: ViewOptions & { clock?: ConnectionClock } = {}) {
  const { server, connection } = create(true, clock);
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

  test('tells that a state is no message', async () => {
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

  test('that is no length is refused', () => {
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

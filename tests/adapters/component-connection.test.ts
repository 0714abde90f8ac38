import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createComponentConnection } from '../../adapters/component-connection.ts';
import type { ServerSentEventsOptions } from '../../adapters/view.ts';
import { idleStore, type ViewStore } from '../../adapters/view-store.ts';
import type { ConnectionState } from '../../index.ts';
import { createTestClock, type TestClock } from '../../testing/clock.ts';
import { type SseServer, startSseServer, status } from '../support/sse-server.ts';
import { quiet, until } from '../support/until.ts';

// A component of no framework: it renders when the test asks for a store, and is there from `enter` to `leave`.

type Texts = Record<string, string>;

let server: SseServer;
let clock: TestClock;
let stores: ViewStore<Texts>[];

beforeEach(async () => {
  server = await startSseServer();
  clock = createTestClock();
  stores = [];
});

afterEach(async () => {
  for (const { connection } of stores) connection?.close();
  await server[Symbol.asyncDispose]();
});

function create(common: ServerSentEventsOptions<Texts> = {}) {
  const component = createComponentConnection<Texts>();
  function storeFor(path: string, options: ServerSentEventsOptions<Texts> = {}): ViewStore<Texts> {
    const store = component.storeFor(at(path), { clock, parse: 'text', ...common, ...options });
    if (!stores.includes(store)) stores.push(store);
    return store;
  }
  function enter(store: ViewStore<Texts>, path: string, immediate?: boolean): void {
    store.subscribe(watch);
    component.enter(store, at(path), immediate);
  }
  return {
    storeFor,
    enter,
    /** Renders, and is there at once. */
    show(path: string, options?: ServerSentEventsOptions<Texts>): ViewStore<Texts> {
      const store = storeFor(path, options);
      enter(store, path, options?.immediate);
      return store;
    },
    leave: component.leave,
    commandsOf: component.commandsOf,
  };
}

/** As a framework does with a component that is there. */
const watch = () => {};

const at = (path: string) => new URL(path, server.url).href;

const asked = () => server.requests.map(({ url, lastEventId }) => [url, lastEventId].join(' ').trim());

function reached(store: ViewStore<Texts>, wanted: ConnectionState['status']): Promise<void> {
  return until(() => store.get().status === wanted, `the status ${wanted}`);
}

/** Has an event with an ID sent, and waits until it is there. */
async function publish(data: string, store: ViewStore<Texts>): Promise<void> {
  server.publish(data);
  await until(() => store.get().data === data, data);
}

describe('a render', () => {
  test('sends nothing, and nothing is left of it when it is thrown away', async () => {
    const { storeFor, show } = create();
    const thrownAway = storeFor('/events');
    await quiet();
    expect([asked(), thrownAway.connection?.state.status, clock.pending]).toEqual([[], 'closed', 0]);
    const store = show('/events');
    await reached(store, 'open');
    expect(store).not.toBe(thrownAway);
    expect([asked(), server.sockets.size, thrownAway.connection?.state.status]).toEqual([
      ['/events'],
      1,
      'closed',
    ]);
  });

  test('shows `connecting` before the connection opens, or that it waits for the app', () => {
    const { storeFor } = create();
    expect([
      storeFor('/events').get().status,
      storeFor('/events', { immediate: true }).get().status,
      storeFor('/events', { immediate: false }).get().status,
    ]).toEqual(['connecting', 'connecting', 'closed']);
  });

  test('needs no options', () => {
    const store = createComponentConnection().storeFor(server.url);
    expect([store.get().status, store.get().history]).toEqual(['connecting', []]);
  });

  test('throws when an option is invalid', () => {
    const { storeFor } = create();
    for (const options of [{ history: -1 }, { retryDelay: -1 }, { onMesage() {} }] as object[])
      expect(() => storeFor('/events', options)).toThrow(TypeError);
  });

  test('whose URL differs in its query or fragment shows the same connection, whatever its functions', () => {
    const { storeFor, show } = create();
    const store = show('/events?room=1');
    expect(storeFor('/events?room=2#top', { onGap() {} })).toBe(store);
    expect(storeFor('/events')).toBe(store);
    expect(storeFor('/event')).not.toBe(store);
    expect(storeFor('/events/more')).not.toBe(store);
  });
});

describe('a component that is there', () => {
  test('gets the messages of the server, and shows the last ones', async () => {
    const received: unknown[] = [];
    const { show } = create({ history: 2, onMessage: ({ data, id }) => received.push([id, data]) });
    const store = show('/events');
    await reached(store, 'open');
    for (const data of ['one', 'two', 'three']) await publish(data, store);
    expect(received).toEqual([
      ['1', 'one'],
      ['2', 'two'],
      ['3', 'three'],
    ]);
    expect(store.get()).toMatchObject({
      data: 'three',
      history: [{ data: 'two' }, { data: 'three' }],
      dropped: 1,
    });
  });

  test('need not listen', async () => {
    const reports: unknown[] = [];
    const { show } = create({ reportError: (error) => void reports.push(error) });
    const store = show('/events');
    await reached(store, 'open');
    await publish('one', store);
    expect(reports).toEqual([]);
  });

  test('may be there again and again: it has one connection', async () => {
    const { enter, show } = create();
    const store = show('/events');
    await reached(store, 'open');
    enter(store, '/events');
    await quiet();
    expect([asked(), store.get().status]).toEqual([['/events'], 'open']);
  });

  test('opens nothing where that is left to the app', async () => {
    const { enter, show } = create();
    const store = show('/events', { immediate: false });
    enter(store, '/events', false);
    await quiet();
    expect([asked(), store.get().status]).toEqual([[], 'closed']);
    enter(store, '/events?now', true); // the word at the beginning counts
    await quiet();
    expect([asked(), store.get().status]).toEqual([[], 'closed']);
    store.commands.open();
    await reached(store, 'open');
    expect(asked()).toEqual(['/events?now']);
  });

  test('may have opened its connection before it was there, at the URL of that render', async () => {
    const { storeFor, enter, commandsOf } = create();
    const store = storeFor('/events?at=once', { immediate: false });
    commandsOf(store).open();
    await until(() => server.requests.length === 1);
    enter(store, '/events?at=once', false);
    await reached(store, 'open');
    expect(asked()).toEqual(['/events?at=once']);
  });

  test('leaves as it is what had failed before it was there', async () => {
    server.answer(status(403));
    const { storeFor, enter, commandsOf } = create();
    const store = storeFor('/events');
    commandsOf(store).open();
    await reached(store, 'failed');
    enter(store, '/events');
    await quiet();
    expect([asked(), store.get().error?.kind]).toEqual([['/events'], 'forbidden']);
  });
});

describe('another query', () => {
  test('moves the connection: the next stream is open before the old one goes, and resumes', async () => {
    const received: string[] = [];
    const { show } = create({ onMessage: ({ data }) => received.push(data) });
    const store = show('/events?room=1');
    await reached(store, 'open');
    await publish('one', store);
    const statuses: string[] = [];
    store.subscribe(() => statuses.push(store.get().status));
    expect(show('/events?room=2')).toBe(store);
    server.publish('while it moves');
    await until(() => server.requests.length === 2);
    await until(() => server.streams.size === 1);
    await publish('after it', store);
    expect(asked()).toEqual(['/events?room=1', '/events?room=2 1']);
    expect(received).toEqual(['one', 'while it moves', 'after it']);
    expect(new Set(statuses)).toEqual(new Set(['open']));
  });

  test('that is only rendered moves nothing, and is not asked for', async () => {
    const { storeFor, enter, show } = create();
    const store = show('/events?room=1');
    await reached(store, 'open');
    storeFor('/events?room=2');
    store.commands.reconnect();
    await until(() => server.requests.length === 2);
    enter(store, '/events?room=1');
    await quiet();
    expect(asked()).toEqual(['/events?room=1', '/events?room=1']);
  });

  test('is the URL of the connection from then on', async () => {
    const { show } = create({ jitter: 'none' });
    const store = show('/events?room=1');
    await reached(store, 'open');
    show('/events?room=2');
    await until(() => server.requests.length === 2 && server.streams.size === 1);
    await reached(store, 'open');
    server.drop();
    await reached(store, 'backoff');
    clock.advance(1_000);
    await until(() => server.requests.length === 3);
    expect(asked()).toEqual(['/events?room=1', '/events?room=2', '/events?room=2']);
  });

  test('leaves closed what the app has closed, and begins anew what the server has ended', async () => {
    server.answer(status(204));
    const { show } = create();
    const store = show('/events?room=1');
    await until(() => store.get().closeReason === 'ended');
    show('/events?room=2');
    await until(() => server.requests.length === 2);
    store.commands.close();
    show('/events?room=3');
    await quiet();
    expect([asked(), store.get().closeReason]).toEqual([['/events?room=1', '/events?room=2'], 'app']);
  });
});

describe('another path', () => {
  test('makes another connection, with its options, and closes the old one', async () => {
    const received: string[] = [];
    const { show } = create();
    const old = show('/one', { onMessage: ({ data }) => received.push(`one: ${data}`) });
    await reached(old, 'open');
    await publish('1', old);
    const store = show('/two', { onMessage: ({ data }) => received.push(`two: ${data}`), history: 3 });
    expect([old.connection?.state.status, store === old]).toEqual(['closed', false]);
    await reached(store, 'open');
    await until(() => server.sockets.size === 1);
    await publish('2', store);
    expect([asked(), received]).toEqual([
      ['/one', '/two'],
      ['one: 1', 'two: 1', 'two: 2'],
    ]);
    expect(store.get().history).toHaveLength(2);
  });

  test('that is only rendered closes nothing', async () => {
    const { storeFor, enter, show } = create();
    const store = show('/one');
    await reached(store, 'open');
    storeFor('/two');
    enter(store, '/one');
    await quiet();
    expect([asked(), store.get().status]).toEqual([['/one'], 'open']);
  });

  test('and back again is a connection that begins anew', async () => {
    const { show } = create();
    const first = show('/one');
    await reached(first, 'open');
    await publish('1', first);
    await reached(show('/two'), 'open');
    const store = show('/one');
    await reached(store, 'open');
    expect([asked(), store === first]).toEqual([['/one', '/two', '/one'], false]);
  });

  test('is opened at once if the app had opened the former connection, not if it had closed it', async () => {
    const { show } = create({ immediate: false });
    const one = show('/one', { immediate: false });
    one.commands.open();
    await reached(one, 'open');
    const two = show('/two', { immediate: false });
    await reached(two, 'open');
    two.commands.close();
    const three = show('/three', { immediate: false });
    await quiet();
    expect([asked(), three.get().status]).toEqual([['/one', '/two'], 'closed']);
  });
});

describe('a component that goes away', () => {
  test('has no socket, no timer; when it comes back it resumes where it was', async () => {
    const received: string[] = [];
    const { enter, leave, show } = create({ onMessage: ({ data }) => received.push(data) });
    const store = show('/events');
    await reached(store, 'open');
    await publish('one', store);
    leave();
    await until(() => server.sockets.size === 0);
    expect([store.get().status, clock.pending]).toEqual(['closed', 0]);
    server.publish('meanwhile');
    enter(store, '/events');
    await until(() => received.length === 2);
    expect([asked(), received]).toEqual([
      ['/events', '/events 1'],
      ['one', 'meanwhile'],
    ]);
  });

  test('before its request was sent, and comes back, sends one', async () => {
    const { enter, leave, show } = create();
    const store = show('/events');
    leave();
    enter(store, '/events');
    await reached(store, 'open');
    expect(asked()).toEqual(['/events']);
  });

  test('and comes back at another query sends one request, there', async () => {
    const { leave, show } = create();
    const store = show('/events?room=1');
    await reached(store, 'open');
    await publish('one', store);
    leave();
    expect(show('/events?room=2')).toBe(store);
    await reached(store, 'open');
    await quiet();
    expect(asked()).toEqual(['/events?room=1', '/events?room=2 1']);
  });

  test.each([true, false])(
    'and comes back at another path goes on there: immediate is %s',
    async (immediate) => {
      const { leave, show } = create();
      const old = show('/one', { immediate });
      old.commands.open();
      await reached(old, 'open');
      leave();
      const store = show('/two', { immediate });
      await reached(store, 'open');
      expect([asked(), old.get().status]).toEqual([['/one', '/two'], 'closed']);
    },
  );

  test('resumes only a connection that was running: not one that was never opened', async () => {
    const { enter, leave, show } = create();
    const store = show('/events', { immediate: false });
    leave();
    enter(store, '/events', false);
    await quiet();
    expect([asked(), store.get().status]).toEqual([[], 'closed']);
  });

  test.each(['before', 'while'])('nor what the app closed %s it was away', async (when) => {
    const { enter, leave, show, commandsOf } = create();
    const store = show('/events');
    await reached(store, 'open');
    if (when === 'before') commandsOf(store).close();
    leave();
    if (when === 'while') commandsOf(store).close();
    enter(store, '/events');
    await quiet();
    expect([asked(), store.get().closeReason]).toEqual([['/events'], 'app']);
  });

  test('nor what had failed', async () => {
    server.answer(status(403));
    const { enter, leave, show } = create();
    const store = show('/events');
    await reached(store, 'failed');
    leave();
    enter(store, '/events');
    await quiet();
    expect([asked(), store.get().error?.kind]).toEqual([['/events'], 'forbidden']);
  });

  test('without a URL has nothing to close, and begins when there is one', async () => {
    const { enter, leave, show, commandsOf } = create();
    leave();
    enter(idleStore, '/events');
    const { open, close, reconnect } = commandsOf(idleStore);
    for (const command of [open, close, reconnect]) command();
    leave();
    const store = show('/events');
    await reached(store, 'open');
    expect(asked()).toEqual(['/events']);
  });
});

describe('the commands of a component', () => {
  test('are those of its connection', async () => {
    const { show, commandsOf } = create();
    const store = show('/events');
    const { open, close, reconnect } = commandsOf(store);
    await reached(store, 'open');
    close();
    expect(store.get()).toMatchObject({ status: 'closed', closeReason: 'app' });
    open();
    await reached(store, 'open');
    reconnect({ lastEventId: '7' });
    await until(() => server.requests.length === 3);
    await reached(store, 'open');
    reconnect();
    await until(() => server.requests.length === 4);
    expect(asked()).toEqual(['/events', '/events', '/events 7', '/events 7']);
  });

  test('open nothing while it is away, and do so again once it is back', async () => {
    const { enter, leave, show, commandsOf } = create();
    const store = show('/events', { immediate: false });
    const { open, reconnect } = commandsOf(store);
    leave();
    open();
    reconnect();
    reconnect({ lastEventId: '7' });
    await quiet();
    expect([asked(), store.get().status]).toEqual([[], 'closed']);
    enter(store, '/events', false);
    open();
    await reached(store, 'open');
    expect(asked()).toEqual(['/events']);
  });

  test('of a connection that another one has replaced open nothing: nobody would close it', async () => {
    const { show, commandsOf } = create();
    const old = show('/one');
    const { open, reconnect } = commandsOf(old);
    await reached(old, 'open');
    const store = show('/two');
    await reached(store, 'open');
    open();
    reconnect();
    await quiet();
    expect([asked(), old.get().status, store.get().status]).toEqual([['/one', '/two'], 'closed', 'open']);
  });
});

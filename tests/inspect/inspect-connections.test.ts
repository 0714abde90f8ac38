import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createActor, createMachine, setup } from 'xstate';
import {
  type ConnectionOptions,
  connectionMachine,
  createConnection,
  fromTransport,
  type Supplied,
} from '../../index.ts';
import {
  createScriptedTransport,
  createTestClock,
  type ScriptedTransport,
  type TestClock,
} from '../../testing/index.ts';
import {
  type Inspection,
  type InspectionOptions,
  inspectConnections,
} from '../../visualizations/inspect/index.ts';
import { createHistory } from '../../visualizations/viewer/model/history.ts';
import type { Moment } from '../../visualizations/viewer/model/moment.ts';
import { factsOf } from '../../visualizations/viewer/text/facts.ts';
import { isObserved } from './is-observed.ts';
import { createRecordingViewer, type RecordingViewer } from './recording-viewer.ts';

let viewer: RecordingViewer;
let server: ScriptedTransport;
let clock: TestClock;
let inspection: Inspection | undefined;
const disposables: AsyncDisposable[] = [];

beforeEach(() => {
  viewer = createRecordingViewer();
  server = createScriptedTransport();
  clock = createTestClock();
});

afterEach(async () => {
  inspection?.stop();
  for (const one of disposables.splice(0)) await one[Symbol.asyncDispose]();
  vi.restoreAllMocks();
});

function inspect(options: InspectionOptions = {}): Inspection {
  inspection = inspectConnections({ viewer, ...options });
  return inspection;
}

function connect(url: Supplied<string | URL> = '/api/events', options: ConnectionOptions = {}) {
  const connection = createConnection(url, { clock, transport: server.transport, ...options });
  disposables.push(connection);
  return connection;
}

/** A statechart of a user with a connection in it, and something else that nobody can redact. */
function createSession() {
  const connection = connectionMachine.provide({
    actors: { transport: fromTransport(server.transport({ url: '/' }), { clock }) },
  });
  const other = createMachine({ id: 'other', context: { token: 'secret' } });
  return setup({ actors: { connection, other } }).createMachine({
    initial: 'signedIn',
    states: {
      signedIn: {
        invoke: [{ id: 'feed', src: 'connection' }, { src: 'connection' }, { id: 'other', src: 'other' }],
      },
    },
  });
}

describe('a connection', () => {
  test('is shown from its start, with its children, its events and what it is after them', async () => {
    inspect();
    const connection = connect();
    await server.accept();
    await server.drop();
    connection.close();
    expect(viewer.names().slice(0, 3)).toEqual([
      '/api/events',
      '/api/events · transport 1',
      '/api/events · environment',
    ]);
    expect(viewer.story('/api/events')).toEqual([
      'actor',
      'event xstate.init',
      'snapshot xstate.init',
      'event request.ready',
      'snapshot request.ready',
      'event request.accepted',
      'snapshot request.accepted',
      'event stream.failed',
      'snapshot stream.failed',
      'event close',
      'snapshot close',
    ]);
    expect(viewer.story('/api/events · transport 1')).toEqual([
      'actor',
      'event xstate.init',
      'snapshot xstate.init',
      'snapshot xstate.stop',
    ]);
  });

  test('that is shared is one row, and says how many share it', async () => {
    const history = createHistory();
    inspect({ viewer: { send: history.receive }, messagesEvery: 0 });
    const streams = () =>
      [...history.connections.values()].map(({ name, moments }) => {
        const facts = factsOf(moments.at(-1) as Moment);
        return [name, facts.find(({ term }) => term === 'Stream')?.words];
      });
    const first = connect('/api/events', { share: true });
    await server.accept();
    expect(streams()).toEqual([['/api/events', 'number 1; shared by one user']]);
    connect('/api/events', { share: true });
    expect(streams()).toEqual([['/api/events', 'number 1; shared by 2 users']]);
    first.close();
    await server.send('one');
    expect(streams()).toEqual([['/api/events', 'number 1; shared by one user']]);
  });

  test('is shown with two transports while one stream is to replace another, each by its number', async () => {
    inspect();
    const connection = connect();
    await server.accept();
    await server.send('one');
    connection.reconnect();
    await server.accept();
    await server.send('two');
    const transports = viewer.records.filter(
      (one) => one.type === '@xstate.actor' && one.name.includes('transport'),
    );
    expect(transports).toMatchObject([
      { name: '/api/events · transport 1' },
      { name: '/api/events · transport 2' },
    ]);
    const [first, second] = transports.map(({ sessionId }) => sessionId);
    const sources = ['stream.messages', 'request.ready', 'request.accepted'].map((type) =>
      viewer.events(type).map((one) => one.type === '@xstate.event' && one.sourceId),
    );
    expect(sources).toEqual([
      [first, second],
      [first, second],
      [first, second],
    ]);
    expect(viewer.story('/api/events · transport 1').at(-1)).toBe('snapshot xstate.stop');
    expect(viewer.story('/api/events · transport 2').at(-1)).toBe('snapshot xstate.init');
  });

  test('is shown with what its streams are told', async () => {
    inspect();
    const { actor } = connect();
    await server.accept();
    clock.advance(5_000);
    actor.send({ type: 'network.online', at: clock.now() });
    expect(viewer.story('/api/events · transport 1').slice(-4)).toEqual([
      'event stream.settle',
      'snapshot stream.settle',
      'event stream.prove',
      'snapshot stream.prove',
    ]);
  });

  test('is shown as it was when a record was made, and with the time of that moment', async () => {
    inspect();
    vi.spyOn(Date, 'now').mockReturnValue(1_763_000_000_000);
    connect();
    await server.accept();
    const [first, opened] = [viewer.records[0], viewer.records.at(-1)];
    expect(first).toMatchObject({
      type: '@xstate.actor',
      createdAt: '1763000000000',
      snapshot: {
        status: 'active',
        value: { live: 'connecting' },
        tags: ['connecting'],
        context: { retries: 0 },
      },
    });
    expect(opened).toMatchObject({
      type: '@xstate.snapshot',
      createdAt: '1763000000000',
      event: { type: 'request.accepted', at: clock.now() },
      snapshot: { status: 'active', value: { live: { open: 'fresh' } }, context: { openedAt: clock.now() } },
    });
  });

  test('is the root of its children, who send it their events', async () => {
    inspect();
    const { actor } = connect();
    await server.accept();
    const child = viewer.records.find(
      (one) => one.type === '@xstate.actor' && one.name.endsWith('transport 1'),
    );
    expect(child).toMatchObject({ parentId: actor.sessionId, rootId: actor.sessionId });
    expect(viewer.events('request.accepted')).toMatchObject([
      { sourceId: child?.sessionId, sessionId: actor.sessionId, rootId: actor.sessionId },
    ]);
  });

  test('has all 18 fields of its context, and settings that JSON cannot say as the statechart has them', () => {
    inspect();
    const { actor } = connect('/api/events', { maxRetries: Infinity });
    const [first] = viewer.records;
    const context = first?.type === '@xstate.actor' && first.snapshot.context;
    const { settings } = actor.getSnapshot().context;
    expect(Object.keys(context)).toEqual(Object.keys(actor.getSnapshot().context));
    expect(Object.keys(context)).toHaveLength(18);
    expect(context.settings).toEqual({ ...settings, maxRetries: null });
  });

  test('costs its records nothing that is not plain JSON', async () => {
    inspect({ payloads: true });
    const connection = connect('/api/events', { jitter: () => 10 });
    await server.accept();
    await server.send({ data: { big: 'x' } });
    await server.end();
    connection.close();
    expect(viewer.events('stream.ended')).toMatchObject([{ event: { jitter: true } }]);
    expect(JSON.parse(JSON.stringify(viewer.records))).toEqual(viewer.records);
    expect(structuredClone(viewer.records)).toEqual(viewer.records);
  });

  test('that cannot be made for its options is not shown', () => {
    inspect();
    expect(() => connect('/api/events', { retryFactor: -1 })).toThrow(TypeError);
    expect(viewer.records).toEqual([]);
  });
});

describe('its name', () => {
  test.each([
    ['the path of its URL', '/api/events', '/api/events'],
    ['no query, fragment or credentials', 'https://user:password@api.test/a/b?token=1#x', '/a/b'],
    ['the path of a URL object', new URL('https://api.test/feed?q'), '/feed'],
    ['`connection` for a function', () => '/api/events?token=1', 'connection'],
    ['`connection` for a URL that carries data', 'data:text/event-stream,data:%20secret', 'connection'],
    ['`connection` for what is no URL', 'http://[secret', 'connection'],
  ] as const)('is %s', (_, url, name) => {
    inspect();
    connect(url);
    expect(viewer.names()[0]).toBe(name);
  });

  test('gets a number when it is taken', () => {
    inspect();
    for (const url of ['/a', '/a', '/b', '/a', () => '/', () => '/']) connect(url);
    const connections = viewer.names().filter((name) => !name.includes(' · '));
    expect(connections).toEqual(['/a', '/a 2', '/b', '/a 3', 'connection', 'connection 2']);
  });

  test('is not told before the connection is opened or closed: React makes some for nothing', () => {
    inspect();
    const connection = connect('/later', { immediate: false });
    expect(viewer.records).toEqual([]);
    connection.open();
    expect(viewer.names()).toContain('/later');
    expect(viewer.story('/later').slice(0, 3)).toEqual(['actor', 'event open', 'snapshot open']);
  });

  test('can be given by the app, where the path is a secret', () => {
    inspect({ name: (path) => path.replace(/[^/]+$/, '…') });
    connect('/feeds/6f1c');
    expect(viewer.names()).toEqual(['/feeds/…', '/feeds/… · transport 1', '/feeds/… · environment']);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['returns something else', () => 1 as never],
  ])('is `connection` when the function for it %s, which is said once', (_, name) => {
    const said = vi.spyOn(console, 'error').mockReturnValue();
    inspect({ name });
    const connections = [connect('/secret'), connect('/secret')];
    expect(viewer.names().filter((one) => !one.includes('·'))).toEqual(['connection', 'connection 2']);
    expect(connections.map(({ state }) => state.status)).toEqual(['connecting', 'connecting']);
    expect(said).toHaveBeenCalledTimes(1);
  });
});

describe('messages', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  const told = () =>
    viewer.events('stream.messages').map((one) => (one.type === '@xstate.event' ? one.event : undefined));

  test('are told of at once after a silence, then counted exactly, once a second', async () => {
    inspect();
    connect();
    await server.accept();
    await server.send('one', 'two');
    expect(told()).toEqual([{ type: 'stream.messages', batches: 1, messages: 2, lastEventId: '2' }]);
    for (let n = 0; n < 40; n += 1) {
      await server.send('a', 'b', 'c');
      vi.advanceTimersByTime(24);
    }
    expect(told()).toHaveLength(1);
    vi.advanceTimersByTime(40);
    expect(told().slice(1)).toEqual([
      { type: 'stream.messages', batches: 40, messages: 120, lastEventId: '122' },
    ]);
    vi.advanceTimersByTime(10_000);
    expect(told()).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
    await server.send('z');
    expect(told()).toHaveLength(3);
  });

  test('that nobody asked for are counted, and not quoted', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    inspect({ payloads: true });
    connect('/api/events', { events: ['note'] });
    await server.accept();
    await server.send(
      { event: 'other', data: 'a' },
      { event: 'other', data: 'b' },
      { event: 'note', data: 'c' },
    );
    expect(told()).toEqual([
      {
        type: 'stream.messages',
        batches: 1,
        messages: 1,
        lastEventId: '3',
        unasked: 2,
        last: [{ event: 'note', id: '3', data: 'c' }],
      },
    ]);
  });

  test('that their schemas refuse are counted, and not quoted', async () => {
    inspect({ payloads: true });
    const never = {
      version: 1,
      vendor: 'test',
      validate: () => ({ issues: [{ message: 'secret' }] }),
    } as const;
    connect('/api/events', { events: { note: { '~standard': never } }, onInvalid: () => {} });
    await server.accept();
    await server.send({ event: 'note', data: 'secret' });
    expect(told()).toEqual([
      { type: 'stream.messages', batches: 1, messages: 0, lastEventId: '1', invalid: 1, last: [] },
    ]);
    expect(JSON.stringify(viewer)).not.toContain('secret');
  });

  test('that are counted are told of before the next record of their connection', async () => {
    inspect();
    connect();
    await server.accept();
    await server.send('1');
    await server.send('2');
    await server.send('3');
    await server.drop();
    const types = viewer.story('/api/events').slice(-8);
    expect(types).toEqual([
      'event stream.messages',
      'snapshot stream.messages',
      'event stream.progressed',
      'snapshot stream.progressed',
      'event stream.messages',
      'snapshot stream.messages',
      'event stream.failed',
      'snapshot stream.failed',
    ]);
    expect(told()).toMatchObject([{ messages: 1 }, { messages: 2, lastEventId: '3' }]);
  });

  test('are told of with what the connection was after them, also when a listener closes it', async () => {
    inspect();
    const connection = connect();
    await server.accept();
    connection.on('*', ({ data }) => {
      if (data === 'last') connection.close();
    });
    await server.send('first');
    await server.send('last');
    const snapshots = viewer.records.filter(
      (one) => one.type === '@xstate.snapshot' && one.event.type === 'stream.messages',
    );
    expect(snapshots).toMatchObject([
      { snapshot: { value: { live: { open: 'fresh' } }, context: { lastEventId: '1' } } },
      { snapshot: { value: { live: { open: 'fresh' } }, context: { lastEventId: '2' } } },
    ]);
    expect(viewer.records.at(-1)).toMatchObject({ snapshot: { value: { closed: 'inactive' } } });
  });

  test('of one connection are not counted with those of another', async () => {
    inspect();
    connect('/a');
    connect('/b');
    await server.accept();
    await server.accept();
    await server.send('x');
    await server.send('y');
    vi.advanceTimersByTime(1_000);
    expect(told()).toEqual(
      ['1', '1', '2', '2'].map((lastEventId) => ({
        type: 'stream.messages',
        batches: 1,
        messages: 1,
        lastEventId,
      })),
    );
  });

  test('show what they say only if asked: the last ten, and no more of each than can be read', async () => {
    inspect({ payloads: true });
    connect('/api/events', {
      parse: (text) => (text === 'odd' ? 1n : text === 'long' ? 'x'.repeat(5_000) : { text }),
    });
    await server.accept();
    await server.send({ data: 'odd', event: 'news' });
    await server.send('long');
    await server.send('0', ...Array.from({ length: 8 }, (_, n) => `${n + 1}`));
    vi.advanceTimersByTime(1_000);
    const [first, second] = told();
    expect(first).toMatchObject({ last: [{ event: 'news', id: '1', data: '(bigint)' }] });
    expect(second).toMatchObject({ batches: 2, messages: 10 });
    const data = second?.['last'].map((one: { data: unknown }) => one.data);
    expect(data).toEqual([
      `"${'x'.repeat(999)}…`,
      ...Array.from({ length: 9 }, (_, n) => ({ text: `${n}` })),
    ]);
  });

  test('are told of one chunk at a time with `messagesEvery: 0`', async () => {
    inspect({ messagesEvery: 0 });
    connect();
    await server.accept();
    for (const text of ['1', '2', '3']) await server.send(text);
    expect(told()).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('are not told of after the end of the inspection', async () => {
    const { stop } = inspect();
    connect();
    await server.accept();
    await server.send('1');
    await server.send('2');
    stop();
    expect(vi.getTimerCount()).toBe(0);
    const before = viewer.records.length;
    await server.send('3');
    vi.advanceTimersByTime(5_000);
    expect(viewer.records).toHaveLength(before);
  });
});

test('a timer that counts messages keeps no process alive', async () => {
  inspect({ messagesEvery: 60_000 });
  connect();
  await server.accept();
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  await server.send('1');
  expect(viewer.events('stream.messages')).toHaveLength(1);
  expect(timers()).toBe(before);
});

describe('actors of a user', () => {
  test('show their connections, wherever they sit, and nothing else', async () => {
    const { inspect: observe } = inspect();
    const actor = createActor(createSession(), { inspect: observe });
    actor.start();
    await server.accept();
    actor.stop();
    expect(viewer.names().sort()).toEqual([
      'connection',
      'connection · environment',
      'connection · transport 1',
      'feed',
      'feed · environment',
      'feed · transport 1',
    ]);
    const shown = new Set(viewer.records.map(({ sessionId }) => sessionId));
    expect(shown.has(actor.sessionId)).toBe(false);
    for (const record of viewer.records) {
      expect(shown).toContain(record.rootId);
      if (record.type === '@xstate.actor' && record.parentId) expect(shown).toContain(record.parentId);
      if (record.type === '@xstate.event' && record.sourceId) expect(shown).toContain(record.sourceId);
    }
    expect(JSON.stringify(viewer.records)).not.toContain('secret');
  });

  test('that are created and never started, as by React, are not shown', () => {
    const { inspect: observe } = inspect();
    createActor(createSession(), { inspect: observe });
    expect(viewer.records).toEqual([]);
  });

  test('can be added later, as they are by then, and are told of once', async () => {
    const { add, inspect: observe } = inspect();
    const silent = createActor(createSession()).start();
    const heard = createActor(createSession(), { inspect: observe }).start();
    add(silent);
    add(heard);
    add(silent);
    expect(viewer.names().filter((name) => !name.includes('·'))).toEqual([
      'feed',
      'connection',
      'feed 2',
      'connection 2',
    ]);
    for (const one of [silent, heard]) one.getSnapshot().children['feed']?.send({ type: 'close' });
    expect(viewer.events('close')).toHaveLength(2);
    silent.stop();
    heard.stop();
  });
});

describe('a connection that was made before', () => {
  test('is shown when it is added, as it is by then, under the name that it is given', async () => {
    const connection = connect();
    await server.accept();
    const { add } = inspect();
    expect(viewer.records).toEqual([]);
    add(connection, '/api/events');
    expect(viewer.names()).toEqual(['/api/events', '/api/events · transport 1', '/api/events · environment']);
    expect(viewer.records[0]).toMatchObject({ snapshot: { value: { live: { open: 'fresh' } } } });
    connection.close();
    expect(viewer.events('close')).toHaveLength(1);
  });

  test('is shown by a second call too, which takes the place of the first', () => {
    const first = inspect();
    const connection = connect();
    const second = createRecordingViewer();
    inspect({ viewer: second });
    const before = viewer.records.length;
    connection.close();
    connect('/other');
    expect(viewer.records).toHaveLength(before);
    expect(second.names()).toContain('/api/events');
    expect(second.names()).toContain('/other');
    expect(second.events('close')).toHaveLength(1);
    first.stop(); // is over already, and takes nothing from the second
    connect('/third');
    expect(second.names()).toContain('/third');
  });
});

describe('at the end of an inspection', () => {
  test('nobody looks at a connection any longer, neither an old one nor a new one', () => {
    const old = connect();
    const { add, stop, inspect: observe } = inspect();
    const made = connect();
    add(old);
    expect([old, made].map(({ actor }) => isObserved(actor))).toEqual([true, true]);
    stop();
    const later = connect();
    expect([old, made, later].map(({ actor }) => isObserved(actor))).toEqual([false, false, false]);
    const before = viewer.records.length;
    add(later);
    const own = createActor(createSession(), { inspect: observe }).start();
    own.stop();
    later.close();
    expect(viewer.records).toHaveLength(before);
  });

  test('`using` ends it', () => {
    {
      using _ = inspectConnections({ viewer });
    }
    connect();
    expect(viewer.records).toEqual([]);
  });
});

describe('a viewer that throws', () => {
  test('never touches a connection, and is complained of once', async () => {
    const said = vi.spyOn(console, 'error').mockReturnValue();
    const fault = new Error('The viewer is broken.');
    inspect({
      viewer: {
        send() {
          throw fault;
        },
      },
    });
    const connection = connect();
    const received: unknown[] = [];
    connection.on('*', ({ data }) => received.push(data));
    await server.accept();
    await server.send('hello');
    await server.drop();
    clock.advanceToNext();
    await server.accept();
    expect(connection.state.status).toBe('open');
    expect(received).toEqual(['hello']);
    expect(said).toHaveBeenCalledTimes(1);
    expect(said.mock.lastCall).toContain(fault);
  });

  test('gets the next record all the same', () => {
    const said = vi.spyOn(console, 'error').mockReturnValue();
    let first = true;
    inspect({
      viewer: {
        send(record) {
          if (!first) return viewer.send(record);
          first = false;
          throw new Error('Not yet.');
        },
      },
    });
    connect();
    expect(viewer.names()).toEqual(['/api/events · transport 1', '/api/events · environment']);
    expect(said).toHaveBeenCalledTimes(1);
  });
});

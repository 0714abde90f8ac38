import { afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import {
  createEventSource,
  type EventSourceClassOptions,
  type EventSourceErrorEvent,
  type EventSourceOptions,
} from '../../event-source/index.ts';
import { ConnectionError, eventSourceTransport } from '../../index.ts';
import { acrossTabs } from '../../tabs/index.ts';
import { createScriptedTransport, createTestClock, createTestPage } from '../../testing/index.ts';
import { quiet } from '../support/until.ts';

const url = 'http://localhost/events';
const sources: EventSource[] = [];

afterEach(() => {
  for (const source of sources.splice(0)) source.close();
});

/** A class, its server and its clock. */
function setUp(options: EventSourceClassOptions = {}) {
  const server = createScriptedTransport();
  const clock = createTestClock();
  const Source = createEventSource({ clock, jitter: 'none', transport: server.transport, ...options });
  return {
    server,
    clock,
    open(init?: EventSourceOptions, at = url) {
      const source = new Source(at, init);
      sources.push(source);
      return { source, log: record(source) };
    },
  };
}

/** Records what a source does: `error 0 503` is an error in state CONNECTING after a 503. */
function record(source: EventSource): string[] {
  const log: string[] = [];
  for (const type of ['open', 'message', 'error']) {
    source.addEventListener(type, (event) => {
      const what = type === 'error' ? reasonOf(event) : event.data;
      log.push([type, source.readyState, what].filter((part) => part !== undefined).join(' '));
    });
  }
  return log;
}

function reasonOf(event: Event): string {
  const { error, message, code } = event as EventSourceErrorEvent;
  expect(error === null || error instanceof ConnectionError).toBe(true);
  expect([message, code]).toEqual([error?.message, error?.status]);
  return String(error?.status ?? error?.kind ?? 'no reason');
}

/** Until all that is under way has been told. */
const told = () => quiet(5);

describe('through a deploy', () => {
  test('it is CONNECTING while it waits, and says why', async () => {
    const { server, clock, open } = setUp();
    const { source, log } = open();
    expect(source.readyState).toBe(source.CONNECTING);
    await server.accept();
    await server.send('one');
    await told();
    await server.drop();
    await told();
    expect(source.readyState).toBe(source.CONNECTING);
    for (const status of [500, 503]) {
      clock.advanceToNext();
      await server.refuse(status);
    }
    await server.send('two');
    clock.advanceToNext();
    await server.accept();
    await told();
    expect(log).toEqual([
      'open 1',
      'message 1 one',
      'error 0 network',
      'error 0 500',
      'error 0 503',
      'open 1',
      'message 1 two',
    ]);
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1', '1', '1']);
  });

  test('it is CLOSED once it gave up, and stays so when the network or the page comes back', async () => {
    using page = createTestPage();
    const { server, clock, open } = setUp({ maxRetries: 1 });
    const { source, log } = open();
    await server.refuse(503);
    clock.advanceToNext();
    await server.refuse(503);
    await told();
    expect([source.readyState, log]).toEqual([source.CLOSED, ['error 0 503', 'error 2 503']]);
    page.goOnline();
    page.hide();
    page.show();
    await told();
    expect([server.requests.length, server.waiting, clock.pending]).toEqual([2, 0, 0]);
  });

  test('a refusal that no wait helps against closes it', async () => {
    const { server, open } = setUp();
    const { log } = open();
    await server.refuse(403);
    await told();
    expect(log).toEqual(['error 2 403']);
  });
});

test('a replacement that is asked for in doubt is silent', async () => {
  using page = createTestPage();
  const { server, clock, open } = setUp();
  const { source, log } = open();
  await server.accept();
  await server.send('one');
  await told();
  page.goOnline();
  clock.advance(5_000);
  await server.accept();
  await server.send('two');
  await told();
  expect([log, source.readyState, server.requests.length, server.openStreams]).toEqual([
    ['open 1', 'message 1 one', 'message 1 two'],
    source.OPEN,
    2,
    1,
  ]);
});

test('a page that was frozen has its stream again without an error', async () => {
  using page = createTestPage();
  const { server, open } = setUp();
  const { source, log } = open();
  await server.accept();
  await told();
  page.freeze();
  await told();
  expect([source.readyState, server.openStreams]).toEqual([source.CONNECTING, 0]);
  page.resume();
  await server.accept();
  await told();
  expect(log).toEqual(['open 1', 'open 1']);
});

test('what it waits for after that was told before', async () => {
  using page = createTestPage();
  const { server, clock, open } = setUp();
  const { source, log } = open();
  await server.refuse(503, { retryAfter: 60_000 });
  page.freeze();
  page.resume();
  await told();
  expect([source.readyState, log, clock.pending]).toEqual([source.CONNECTING, ['error 0 503'], 1]);
});

test('a stream without IDs that is dropped in doubt is an error, before the next open', async () => {
  using page = createTestPage();
  const { server, clock, open } = setUp();
  const { log } = open();
  await server.accept();
  await told();
  page.goOnline();
  clock.advance(5_000);
  await server.accept();
  await told();
  expect(log).toEqual(['open 1', 'error 0 no reason', 'open 1']);
});

test('after a 401 the token is renewed, which is no error', async () => {
  let token = 'old';
  const { server, open } = setUp({
    headers: () => ({ authorization: token }),
    refresh: () => {
      token = 'new';
    },
  });
  const { log } = open();
  await server.refuse(401);
  await server.accept();
  await told();
  expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual(['old', 'new']);
  expect(log).toEqual(['open 1']);
});

test('a POST is sent once, and a message that closes is the last one, without a reason', async () => {
  const { server, open } = setUp({ method: 'POST', body: 'question', closeOn: 'message' });
  const { source, log } = open();
  await server.accept();
  await server.send('answer');
  await told();
  expect([source.readyState, log]).toEqual([
    source.CLOSED,
    ['open 1', 'message 1 answer', 'error 2 no reason'],
  ]);
  expect(server.requests).toMatchObject([{ method: 'POST', body: 'question' }]);
});

test('data stays text', async () => {
  const { server, open } = setUp();
  const { source } = open();
  const seen = new Promise((resolve) => {
    source.onmessage = ({ data }) => resolve(data);
  });
  await server.accept();
  await server.send('{"a":1}');
  expect(await seen).toBe('{"a":1}');
});

describe('a shared connection', () => {
  test('has one request; who comes later hears open in a task of its own', async () => {
    const { server, open } = setUp({ share: 'one request' });
    const first = open();
    await server.accept();
    await told();
    const second = open();
    expect([second.source.readyState, second.log]).toEqual([second.source.CONNECTING, []]);
    await told();
    await server.send('one');
    await told();
    expect([first.log, second.log]).toEqual([
      ['open 1', 'message 1 one'],
      ['open 1', 'message 1 one'],
    ]);
    first.source.close();
    await server.send('two');
    await told();
    expect([first.log.length, second.log.at(-1)]).toEqual([2, 'message 1 two']);
    expect([server.requests.length, server.openStreams]).toEqual([1, 1]);
  });

  test('messages that come at the same time are told after open', async () => {
    const { server, open } = setUp({ share: 'message first' });
    open();
    await server.accept();
    await told();
    const sending = server.send('one', 'two');
    const late = open();
    await sending;
    await told();
    expect(late.log).toEqual(['open 1', 'message 1 one', 'message 1 two']);
  });
});

test('goes over a transport of tabs, and keeps its scope', async () => {
  const server = createScriptedTransport();
  const transport = acrossTabs({ scope: 'ada', transport: server.transport });
  const { open } = setUp({ transport });
  const { source, log } = open();
  await server.accept();
  await told();
  expect(log).toEqual(['open 1']);
  transport.signOut();
  await told();
  expect([source.readyState, log.at(-1)]).toEqual([source.CLOSED, 'error 2 forbidden']);
});

test('over the native transport it stands on the class that was there before', async () => {
  const before = globalThis.EventSource;
  class Native extends EventTarget {
    static readonly opened: string[] = [];
    constructor(address: string) {
      super();
      Native.opened.push(address);
    }
    close() {}
  }
  Object.assign(globalThis, { EventSource: Native });
  const Source = createEventSource({ transport: eventSourceTransport });
  Object.assign(globalThis, { EventSource: Source });
  sources.push(new Source(url));
  await told();
  Object.assign(globalThis, { EventSource: before });
  expect(Native.opened).toEqual([url]);
});

test('sources of different scopes share nothing', async () => {
  const servers = ['ada', 'bob'].map((scope) => {
    const server = createScriptedTransport();
    const transport = acrossTabs({ scope, transport: server.transport });
    setUp({ share: true, transport }).open();
    return server;
  });
  await told();
  expect(servers.map(({ waiting }) => waiting)).toEqual([1, 1]);
});

test('shows the answers to the app', async () => {
  const answered: number[] = [];
  const { open } = setUp({
    transport: undefined,
    fetch: async () => new Response(null, { status: 404 }),
    onResponse: ({ status }) => answered.push(status),
  });
  const { log } = open();
  await told();
  expect([answered, log]).toEqual([[404], ['error 2 404']]);
});

describe('the options', () => {
  test('of a source go before those of its class, and undefined counts as not given', async () => {
    const { server, open } = setUp({ headers: { 'x-of': 'class' }, withCredentials: true });
    open({ headers: { 'x-of': 'source' }, lastEventId: '7' });
    const { source } = open({ headers: undefined, withCredentials: undefined } as never);
    await server.accept();
    await server.accept();
    expect(server.requests.map(({ headers, lastEventId }) => [headers['x-of'], lastEventId])).toEqual([
      ['source', '7'],
      ['class', ''],
    ]);
    expect(source.withCredentials).toBe(true);
  });

  test.each(['parse', 'immediate', 'topics', 'bufferSize', 'overflow', 'persist', 'lastEventId'])(
    '`%s` means nothing to a class',
    (name) => {
      expect(() => createEventSource({ [name]: 'text' })).toThrow(`\`${name}\` must be left out`);
    },
  );

  test('are checked when the class is made, and when a source is', () => {
    expect(() => createEventSource({ maxRetries: -1 })).toThrow('`maxRetries` must be a number from 0');
    const { open } = setUp();
    expect(() => open({ maxRetries: -1 })).toThrow('`maxRetries` must be a number from 0');
    expect(() => open({ parse: 'text' } as never)).toThrow('`parse` must be left out');
  });

  test('have types', () => {
    // @ts-expect-error The data of a MessageEvent is text.
    expectTypeOf<{ parse: 'auto' }>().toExtend<EventSourceOptions>();
    expectTypeOf<{ lastEventId: string }>().toExtend<EventSourceOptions>();
    expectTypeOf(createEventSource).parameter(0).not.toHaveProperty('lastEventId');
  });
});

test('a signal that aborts closes it at once, without an event', async () => {
  const gone = new AbortController();
  const { server, open } = setUp({ signal: gone.signal });
  const { source, log } = open();
  await server.accept();
  await told();
  source.onmessage = () => {
    gone.abort();
    expect(source.readyState).toBe(source.CLOSED);
  };
  await server.send('one', 'two');
  await told();
  const late = open();
  await told();
  expect([source.readyState, late.source.readyState]).toEqual([source.CLOSED, source.CLOSED]);
  expect([log, late.log, server.requests.length]).toEqual([['open 1', 'message 1 one'], [], 1]);
});

test('a thousand sources that come and go leave nothing', async () => {
  const { server, clock, open } = setUp();
  for (let round = 0; round < 1_000; round += 1) open().source.close();
  await told();
  expect([server.requests.length, server.openStreams, clock.pending]).toEqual([0, 0, 0]);
});

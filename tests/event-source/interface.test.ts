import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { createEventSource, EventSource } from '../../event-source/index.ts';
import { body, type SseServer, startSseServer, stream } from '../support/sse-server.ts';
import { quiet, until } from '../support/until.ts';

let server: SseServer;
const sources: EventSource[] = [];

beforeEach(async () => {
  server = await startSseServer();
});

afterEach(async () => {
  for (const source of sources.splice(0)) source.close();
  await server[Symbol.asyncDispose]();
});

function open(): EventSource {
  const source = new EventSource(server.url);
  sources.push(source);
  return source;
}

async function opened(source = open()): Promise<EventSource> {
  await until(() => source.readyState === source.OPEN && server.streams.size > 0);
  return source;
}

describe.each([
  ['EventSource', EventSource],
  ['a class of createEventSource', createEventSource()],
])('%s', (_, Source) => {
  test('has the constants of the standard, which nobody can change', () => {
    for (const holder of [Source, Source.prototype]) {
      expect([holder.CONNECTING, holder.OPEN, holder.CLOSED]).toEqual([0, 1, 2]);
      expect(Object.getOwnPropertyDescriptor(holder, 'OPEN')).toEqual({
        value: 1,
        enumerable: true,
        configurable: false,
        writable: false,
      });
    }
  });

  test('looks as the standard has it', () => {
    expect([Source.name, Source.length]).toEqual(['EventSource', 1]);
    expect(String(Source.prototype)).toBe('[object EventSource]');
    expect(Object.keys(Source.prototype).sort()).toEqual([
      'CLOSED',
      'CONNECTING',
      'OPEN',
      'close',
      'onerror',
      'onmessage',
      'onopen',
      'readyState',
      'url',
      'withCredentials',
    ]);
    const source = new Source('http://localhost/events#part');
    expect(source).toBeInstanceOf(EventTarget);
    expect(Object.keys(source)).toEqual([]);
    expect([source.url, source.withCredentials]).toEqual(['http://localhost/events#part', false]);
    source.close();
  });

  test('takes what the standard takes, and says what is wrong with the rest', () => {
    for (const init of [{}, undefined, null, { withCredentials: 1 }, { withCredentials: null }]) {
      const source = new Source('http://localhost/', init as EventSourceInit);
      expect(source.withCredentials).toBe(init?.withCredentials === 1);
      source.close();
    }
    expect(() => Reflect.construct(Source, [])).toThrow(
      new TypeError('Give a URL, and options as an object.'),
    );
    expect(() => Reflect.construct(Source, ['http://localhost/', 5])).toThrow(TypeError);
    expect(() => Reflect.construct(Source, [Symbol('url')])).toThrow(TypeError);
  });

  test('wants an absolute URL where there is no page to start from', () => {
    expect(() => new Source('/events')).toThrow(
      new DOMException('The URL is invalid, or relative where there is no page.', 'SyntaxError'),
    );
  });
});

test('both classes fit where the types ask for that of the browser', () => {
  expectTypeOf(EventSource).toExtend<typeof globalThis.EventSource>();
  expectTypeOf(createEventSource()).toExtend<typeof globalThis.EventSource>();
  expectTypeOf<EventSource>().toEqualTypeOf<globalThis.EventSource>();
  const global: { EventSource?: typeof globalThis.EventSource } = {};
  global.EventSource = EventSource;
  global.EventSource = createEventSource();
  expect(Object.keys(global)).toEqual(['EventSource']);
});

describe('an attribute for a handler', () => {
  test('is null unless it is a function', () => {
    const source = open();
    for (const value of [undefined, 5, 'text', {}, { handleEvent() {} }]) {
      source.onmessage = value as never;
      expect(source.onmessage).toBeNull();
    }
    const handler = () => {};
    source.onmessage = handler;
    expect([source.onopen, source.onmessage, source.onerror]).toEqual([null, handler, null]);
    source.onmessage = null;
    expect(source.onmessage).toBeNull();
  });

  test('has its turn from when it was first a function', () => {
    const source = open();
    const called: string[] = [];
    source.addEventListener('x', () => called.push('never'));
    source.addEventListener('message', () => called.push('first'));
    source.onmessage = () => called.push('old');
    source.addEventListener('message', () => called.push('last'));
    source.onmessage = () => called.push('new');
    source.dispatchEvent(new MessageEvent('message'));
    expect(called.splice(0)).toEqual(['first', 'new', 'last']);
    source.onmessage = null;
    source.dispatchEvent(new MessageEvent('message'));
    expect(called.splice(0)).toEqual(['first', 'last']);
    source.onmessage = () => called.push('again');
    source.dispatchEvent(new MessageEvent('message'));
    expect(called).toEqual(['first', 'last', 'again']);
  });

  test('cancels the event when it returns false', () => {
    const source = open();
    source.onerror = () => false;
    expect(source.dispatchEvent(new Event('error', { cancelable: true }))).toBe(false);
  });
});

describe('listeners', () => {
  test('may be objects, once only, or until a signal aborts', async () => {
    const source = await opened();
    const heard: string[] = [];
    const gone = new AbortController();
    const object = { handleEvent: ({ data }: MessageEvent) => heard.push(`object ${data}`) };
    source.addEventListener('message', object as EventListenerObject);
    source.addEventListener('message', object as EventListenerObject);
    source.addEventListener('message', ({ data }) => heard.push(`once ${data}`), { once: true });
    source.addEventListener('message', ({ data }) => heard.push(`signal ${data}`), { signal: gone.signal });
    server.publish('1');
    await until(() => heard.length === 3);
    gone.abort();
    server.publish('2');
    await until(() => heard.length === 4);
    source.removeEventListener('message', object as EventListenerObject);
    source.onmessage = ({ data }) => heard.push(data);
    server.publish('3');
    await until(() => heard.length === 5);
    expect(heard).toEqual(['object 1', 'once 1', 'signal 1', 'object 2', '3']);
  });

  test('hear events of any name, also the names of the class itself', async () => {
    const source = await opened();
    const heard: unknown[] = [];
    for (const name of ['open', 'error', '*', 'constructor']) {
      source.addEventListener(name, ({ type, data }) => heard.push([type, data]));
    }
    for (const name of ['open', 'error', '*', 'constructor']) server.publish('data', name);
    await until(() => heard.length === 4);
    expect(heard.map((pair) => String(pair))).toEqual([
      'open,data',
      'error,data',
      '*,data',
      'constructor,data',
    ]);
    expect(source.readyState).toBe(source.OPEN);
  });

  test('that throw are told as those of any EventTarget are, and stop nothing', async () => {
    const source = await opened();
    const told: unknown[] = [];
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => told.push(error));
    const heard: string[] = [];
    source.onmessage = () => {
      throw new Error('A fault of the app.');
    };
    source.addEventListener('message', ({ data }) => heard.push(data));
    server.publish('1');
    server.publish('2');
    await until(() => heard.length === 2 && told.length === 2);
    process.removeAllListeners('uncaughtException');
    for (const other of others) process.on('uncaughtException', other);
    expect([heard, String(told[0])]).toEqual([['1', '2'], 'Error: A fault of the app.']);
    expect(source.readyState).toBe(source.OPEN);
  });
});

describe('each event is a task of its own', () => {
  /** Longer than anything that goes on between two messages of a chunk. */
  async function settle(): Promise<void> {
    for (let hop = 0; hop < 100; hop += 1) await null;
  }

  test('so close() is in time after any number of promises', async () => {
    server.answer(body('data: 1\n\ndata: 2\n\ndata: 3\n\n'));
    const source = open();
    const heard: string[] = [];
    source.onerror = () => heard.push('error');
    source.onmessage = async ({ data }) => {
      heard.push(data);
      await settle();
      if (data === '2') source.close();
    };
    await until(() => source.readyState === source.CLOSED);
    await quiet();
    expect(heard).toEqual(['1', '2']);
  });

  test('also between open, messages and error', async () => {
    server.answer(body('retry: 5\ndata: 1\n\n'), stream);
    const source = open();
    const order: string[] = [];
    for (const type of ['open', 'message', 'error']) {
      source.addEventListener(type, async () => {
        order.push(type);
        await settle();
        order.push(`${type} settled`);
      });
    }
    await until(() => order.length >= 8);
    expect(order).toEqual(['open', 'message', 'error', 'open'].flatMap((type) => [type, `${type} settled`]));
  });

  test('and nothing comes after close(), whatever is on its way', async () => {
    const warned = vi.spyOn(console, 'warn');
    const source = await opened();
    const heard: string[] = [];
    for (const type of ['open', 'message', 'error']) source.addEventListener(type, () => heard.push(type));
    source.onmessage = () => {
      source.close();
      source.close();
    };
    server.write('data: 1\n\ndata: 2\n\n');
    await until(() => server.sockets.size === 0);
    await quiet();
    source.close();
    expect([heard, source.readyState]).toEqual([['message'], source.CLOSED]);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});

test('origin is that of the URL in ASCII, where the answer does not tell its own', async () => {
  const fetch = async () => new Response('data: x\n\n', { headers: { 'content-type': 'text/event-stream' } });
  const source = new EventSource('http://bücher.example:8080/events', { fetch });
  sources.push(source);
  const event = await new Promise<MessageEvent>((resolve) => {
    source.onmessage = resolve;
  });
  expect([event.origin, event.constructor, event.bubbles, event.cancelable]).toEqual([
    'http://xn--bcher-kva.example:8080',
    MessageEvent,
    false,
    false,
  ]);
});

describe('where there are no events, as in React Native', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test.each(['EventTarget', 'Event', 'MessageEvent', 'DOMException'])(
    'it can be imported without %s, and the constructor says what to do',
    async (name) => {
      vi.stubGlobal(name, undefined);
      vi.resetModules();
      const fresh = await import('../../event-source/index.ts');
      for (const Source of [fresh.EventSource, fresh.createEventSource()]) {
        expect(() => new Source('http://localhost/')).toThrow(
          `There is no \`${name}\` here, and an EventSource is made of these: load a polyfill of it first, or use \`createConnection\`.`,
        );
      }
    },
  );
});

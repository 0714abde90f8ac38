import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type EventSourceTransportOptions,
  eventSourceTransport,
  type MessageBatch,
  type TransportRequest,
} from '../../index.ts';
import { quiet, until } from '../support/until.ts';

/** The browser's class, as far as a transport can see, whose server is the test. */
class PlayedEventSource extends EventTarget {
  static made: PlayedEventSource[] = [];
  static reset = () => {
    PlayedEventSource.made = [];
  };
  isClosed = false;
  readonly url: string;
  readonly init: EventSourceInit;
  constructor(url: string, init: EventSourceInit) {
    super();
    if (url === 'http://') throw new SyntaxError('http://?token=secret is no URL');
    this.url = url;
    this.init = init;
    PlayedEventSource.made.push(this);
  }
  accept(): void {
    this.dispatchEvent(new Event('open'));
  }
  break(): void {
    this.dispatchEvent(new Event('error'));
  }
  send(data: string, lastEventId: string | null = '', event = 'message'): void {
    const message = new MessageEvent(event, { data });
    Object.defineProperty(message, 'lastEventId', { value: lastEventId });
    this.dispatchEvent(message);
  }
  close(): void {
    this.isClosed = true;
  }
}

const given = { EventSource: PlayedEventSource as unknown as typeof EventSource };

beforeEach(PlayedEventSource.reset);
afterEach(() => vi.unstubAllGlobals());

/** Asks for a stream, and comes back when the browser has been asked for one too. */
async function ask(
  options: Partial<EventSourceTransportOptions> = {},
  request: TransportRequest = { lastEventId: '' },
) {
  const controller = new AbortController();
  const transport = eventSourceTransport({ url: '/events', ...given, ...options });
  const opening = transport(request, controller.signal);
  opening.catch(() => {});
  await until(() => PlayedEventSource.made.length === 1);
  const [source = new PlayedEventSource('', {})] = PlayedEventSource.made;
  return { opening, source, controller };
}

async function accepted(...args: Parameters<typeof ask>) {
  const { opening, source, controller } = await ask(...args);
  source.accept();
  const iterator = (await opening)[Symbol.asyncIterator]();
  const next = async (): Promise<MessageBatch | undefined> => (await iterator.next()).value ?? undefined;
  return { source, controller, next };
}

describe('the URL', () => {
  test.each([
    ['/events', '/events?lastEventId=7'],
    ['/events?room=a%20b&empty', '/events?room=a%20b&empty&lastEventId=7'],
    ['/events?lastEventId=3&room=1', '/events?room=1&lastEventId=7'],
    ['/events?&room=1&', '/events?room=1&lastEventId=7'],
    ['/events#part', '/events?lastEventId=7#part'],
    ['/events?room=1#part?of&it', '/events?room=1&lastEventId=7#part?of&it'],
    ['/events?two=\nlines', '/events?two=\nlines&lastEventId=7'],
    [new URL('http://localhost/events?room=1'), 'http://localhost/events?room=1&lastEventId=7'],
  ])('%s keeps what it has, to the letter, and gets the ID to resume after', async (url, asked) => {
    const { source } = await ask({ url }, { lastEventId: '7' });
    expect(source.url).toBe(asked);
  });

  test('is left as it is as long as there is no ID', async () => {
    const { source } = await ask({ url: '/events?lastEventId=3&b=%20#c' });
    expect(source.url).toBe('/events?lastEventId=3&b=%20#c');
  });

  test('carries the ID under a name that can be chosen, and so that nothing in it is lost', async () => {
    const { source } = await ask(
      { url: () => '/events', lastEventIdParam: 'after' },
      { lastEventId: 'a&b=ż #' },
    );
    expect(source.url).toBe('/events?after=a%26b%3D%C5%BC+%23');
  });
});

test.each([
  [{}, false],
  [{ withCredentials: true }, true],
])('with the options %o, cookies go along to another origin: %s', async (options, withCredentials) => {
  const { source } = await ask(options);
  expect(source.init).toEqual({ withCredentials });
});

test('where the browser has no EventSource, and none is given, it says what to do', async () => {
  vi.stubGlobal('EventSource', undefined);
  const opening = eventSourceTransport({ url: '/' })({ lastEventId: '' }, new AbortController().signal);
  await expect(opening).rejects.toMatchObject({
    kind: 'invalid',
    message: 'There is no EventSource here. Give one, or use fetchTransport.',
  });
});

test("the browser's own EventSource is used where none is given", async () => {
  vi.stubGlobal('EventSource', PlayedEventSource);
  const { source } = await ask({ EventSource: undefined });
  expect(source.url).toBe('/events');
});

test('a URL that the browser refuses is invalid, and is not quoted', async () => {
  const opening = eventSourceTransport({ url: 'http://', ...given })(
    { lastEventId: '' },
    new AbortController().signal,
  );
  await expect(opening).rejects.toMatchObject({
    kind: 'invalid',
    message: 'The URL is not one that EventSource can open.',
    cause: expect.any(SyntaxError) as unknown,
  });
});

test('nothing is opened if the stream is no longer wanted when the URL is ready', async () => {
  const controller = new AbortController();
  let answer = (_: string) => {};
  const url = () =>
    new Promise<string>((resolve) => {
      answer = resolve;
    });
  const opening = eventSourceTransport({ url, ...given })({ lastEventId: '' }, controller.signal);
  controller.abort();
  answer('/events');
  await expect(opening).rejects.toThrow();
  expect(PlayedEventSource.made).toEqual([]);
});

test('a fault of the function that makes the URL goes to `reportError`', async () => {
  const reports: unknown[] = [];
  const fault = new Error('no URL today');
  const transport = eventSourceTransport({
    url: () => Promise.reject(fault),
    reportError: (error) => reports.push(error),
  });
  await expect(transport({ lastEventId: '' }, new AbortController().signal)).rejects.toMatchObject({
    kind: 'network',
  });
  const message = '`url` threw, so no request was sent.';
  expect(reports).toEqual([expect.objectContaining({ message, cause: fault })]);
});

test('an invalid option is refused before anything is opened, and named', () => {
  const make = (options: object) => () => eventSourceTransport({ url: '/events', ...given, ...options });
  expect(make({ url: 7 })).toThrow(new TypeError('`url` must be a URL or a function, but it is 7.'));
  expect(make({ events: 'note' })).toThrow(
    /^`events` must be a list of event names, or an object with a Standard Schema for each, but it is 'note'/,
  );
  expect(make({ maxEventSize: 0 })).toThrow(
    /^`maxEventSize` must be a number from 1 to Infinity, but it is 0/,
  );
});

describe('a stream', () => {
  test('that is refused is closed, and the error says what EventSource cannot tell', async () => {
    const { opening, source } = await ask();
    source.break();
    await expect(opening).rejects.toMatchObject({
      kind: 'network',
      message:
        'The server refused the stream or the connection broke; EventSource does not tell which. Use fetchTransport to know.',
    });
    expect(source.isClosed).toBe(true);
  });

  test('that breaks gives what came before, is closed, and then throws', async () => {
    const { source, next } = await accepted();
    source.send('one', '1');
    source.send('two', '1');
    source.break();
    expect(source.isClosed).toBe(true);
    expect(await next()).toEqual({
      messages: [
        { event: 'message', data: 'one', id: '1' },
        { event: 'message', data: 'two', id: '1' },
      ],
      lastEventId: '1',
    });
    await expect(next()).rejects.toMatchObject({ kind: 'network' });
  });

  test('that is waited for gives what comes, as soon as it comes', async () => {
    const { source, next } = await accepted();
    const waited = next();
    source.send('one', '1');
    expect((await waited)?.messages).toEqual([{ event: 'message', data: 'one', id: '1' }]);
    const more = next();
    source.send('two', '2');
    expect((await more)?.messages).toEqual([{ event: 'message', data: 'two', id: '2' }]);
  });

  test('without IDs of its own stays at the ID that it was resumed after', async () => {
    const { source, next } = await accepted({}, { lastEventId: '7' });
    source.send('one');
    expect(await next()).toEqual({
      messages: [{ event: 'message', data: 'one', id: '7' }],
      lastEventId: '7',
    });
  });

  test('that nobody wants any more is closed, and throws the reason', async () => {
    const { source, next, controller } = await accepted();
    const waited = next();
    controller.abort(new Error('enough'));
    expect(source.isClosed).toBe(true);
    await expect(waited).rejects.toThrow('enough');
  });

  test('is closed too when nobody wants it any more before it is there', async () => {
    const { opening, source, controller } = await ask();
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    expect(source.isClosed).toBe(true);
  });

  test('that is resumed keeps the ID it was resumed after until it gives another', async () => {
    const { source, next } = await accepted({}, { lastEventId: '4' });
    source.send('none');
    source.send('three', '3');
    source.send('in its wake', '3'); // to the browser, the ID that came last is that of all that follows
    expect(await next()).toEqual({
      messages: [
        { event: 'message', data: 'none', id: '4' },
        { event: 'message', data: 'three', id: '3' },
        { event: 'message', data: 'in its wake', id: '3' },
      ],
      lastEventId: '3',
    });
  });
});

describe.each(['', '7'])('a stream that is resumed after "%s"', (lastEventId) => {
  test('and resets the ID that it gave goes on without one', async () => {
    const { source, next } = await accepted({}, { lastEventId });
    source.send('a', '5');
    source.send('b', '');
    expect(await next()).toMatchObject({ messages: [{ id: '5' }, { id: '' }], lastEventId: '' });
    source.send('c', '');
    expect(await next()).toMatchObject({ messages: [{ id: '' }], lastEventId: '' });
  });

  test('by a class that has `null` for no ID keeps the one it has', async () => {
    const { source, next } = await accepted({}, { lastEventId });
    source.send('a', null);
    expect(await next()).toMatchObject({ messages: [{ id: lastEventId }], lastEventId });
    source.send('b', '5');
    source.send('c', null);
    expect(await next()).toMatchObject({ messages: [{ id: '5' }, { id: '5' }], lastEventId: '5' });
  });
});

describe('an event of the stream that is named `error`', () => {
  test('is a message like any other where it is listened for', async () => {
    const { source, next } = await accepted({ events: ['message', 'error'] });
    source.send('disk full', '1', 'error');
    source.send('still here', '2');
    expect((await next())?.messages).toEqual([
      { event: 'error', data: 'disk full', id: '1' },
      { event: 'message', data: 'still here', id: '2' },
    ]);
    expect(source.isClosed).toBe(false);
  });

  test('does not end a stream of which nobody listens for it', async () => {
    const { source, next } = await accepted();
    source.send('disk full', '1', 'error');
    source.send('still here', '2');
    expect((await next())?.messages.map(({ data }) => data)).toEqual(['still here']);
    expect(source.isClosed).toBe(false);
  });

  test('is not taken for the error of the connection, which is no message and no fault of the page', async () => {
    const faults: unknown[] = [];
    const note = (error: unknown) => faults.push(error);
    process.on('uncaughtException', note);
    const { source, next } = await accepted({ events: ['error'] });
    source.break();
    await expect(next()).rejects.toMatchObject({ kind: 'network' });
    await quiet(2);
    process.off('uncaughtException', note);
    expect([faults, source.isClosed]).toEqual([[], true]);
  });
});

describe('the events to listen for', () => {
  test.each([
    [{}, ['message']],
    [{ events: ['note'] }, ['message', 'note']],
    [{ events: [] }, ['message']],
    [{ events: ['message', 'note'] }, ['message', 'note']],
    [{ closeOn: 'bye', refreshOn: ['expiring', 'expired'] }, ['message', 'bye', 'expiring', 'expired']],
    [{ events: ['note'], closeOn: 'note', refreshOn: 'note', keepAlive: 'note' }, ['message', 'note']],
    [{ events: ['note'], closeOn: 'bye' }, ['message', 'note', 'bye']],
    [{ keepAlive: ['other'] }, ['message', 'other']],
  ] as [Partial<EventSourceTransportOptions>, string[]][])('of %o are %o', async (options, heard) => {
    const { source, next } = await accepted(options);
    for (const event of ['message', 'note', 'bye', 'expiring', 'expired', 'other'])
      source.send('', '', event);
    source.send('the end', '', heard[0]);
    expect((await next())?.messages.map(({ event }) => event)).toEqual([...heard, heard[0]]);
  });
});

describe('a size', () => {
  test('at the limit is accepted, whatever the limit', async () => {
    const { source, next } = await accepted({ maxEventSize: 3, maxFieldSize: 2 });
    source.send('123', '12');
    expect((await next())?.lastEventId).toBe('12');
    source.send('456', null);
    expect((await next())?.messages).toMatchObject([{ data: '456', id: '12' }]);
  });

  test.each([
    ['1234', '12', 'The limit `maxEventSize` of 3 was exceeded.'],
    ['123', '123', 'The limit `maxFieldSize` of 2 was exceeded.'],
  ])('above the limit ends the stream: data %s, ID %s', async (data, id, message) => {
    const { source, next } = await accepted({ maxEventSize: 3, maxFieldSize: 2 });
    source.send(data, id);
    await expect(next()).rejects.toMatchObject({ kind: 'too-large', message });
    expect(source.isClosed).toBe(true);
  });
});

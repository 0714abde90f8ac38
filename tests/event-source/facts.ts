import type { EventSourceClass } from '../../event-source/index.ts';
import { addressOf, lastEventIdOf, redirectTo, seenAt } from './asked-answers.ts';
import type { Answer, SeenRequest } from './origin.ts';

/** Where a class is tried: a page, a dedicated worker, a shared worker, or Node. */
export type Place = 'page' | 'worker' | 'shared worker' | 'node';

export interface World {
  readonly place: Place;
  /** Of the server whose answers are in its URLs. */
  readonly origin: string;
  readonly Source: EventSourceClass;
}

/** A fact that a file of the Web Platform Tests demands: one of its subtests, or several that say the same. */
export interface Fact {
  /** The file, without what follows the first dot. */
  readonly file: string;
  readonly says: string;
  /** Where it makes sense. Left out, everywhere. */
  readonly where?: readonly Place[];
  readonly expected: unknown;
  observe(world: World): unknown;
}

const inBrowsers = ['page', 'worker', 'shared worker'] as const;
const endless = { isEndless: true };
const hello: Answer = { body: 'data: hello\n\n', isEndless: true };
const bye: Answer = { body: 'retry: 2\n\n' };

/** A fact about the events of a stream, whatever the place: the events up to the last one that is expected. */
function ofStream(file: string, says: string, body: string, expected: readonly string[]): Fact {
  return {
    file,
    says,
    expected,
    observe: (world) => listen(world, [{ body, ...endless }], expected.length),
  };
}

export const facts: readonly Fact[] = [
  {
    file: 'eventsource-constructor-empty-url',
    says: 'an empty URL is the address of the page or the worker',
    where: inBrowsers,
    expected: true,
    observe({ Source }) {
      const source = new Source('');
      source.close();
      return source.url === new URL('', globalThis.document?.baseURI ?? location.href).href;
    },
  },
  {
    file: 'eventsource-constructor-no-new',
    says: 'without `new` it throws a TypeError',
    expected: 'TypeError',
    observe: ({ Source }) => thrownBy(() => Reflect.apply(Object(Source), undefined, [''])),
  },
  {
    file: 'eventsource-constructor-non-same-origin',
    says: 'a scheme that carries no stream brings one plain error, and no other try',
    expected: Array.from({ length: 4 }, () => ['error 2', false, false, undefined]),
    observe: ({ Source }) =>
      Promise.all(
        ['ftp://localhost/', 'about:blank', 'mailto:a@example.com', 'javascript:alert()'].map(async (url) => {
          const source = new Source(url);
          const error = await next(source, 'error');
          return [`error ${source.readyState}`, error.bubbles, error.cancelable, Reflect.get(error, 'data')];
        }),
      ),
  },
  {
    file: 'eventsource-constructor-stringify',
    says: 'an object becomes its text',
    expected: ['open 1', 'message 1 hello'],
    observe: (world) => listen(world, [hello], 2, (url) => ({ toString: () => url })),
  },
  {
    file: 'eventsource-constructor-stringify',
    says: '1, null and undefined become relative URLs',
    where: inBrowsers,
    expected: [true, true, true],
    observe: ({ Source }) =>
      [1, null, undefined].map((value) => {
        const source = new Source(value as never);
        source.close();
        return source.url.endsWith(`/${value}`);
      }),
  },
  {
    file: 'eventsource-constructor-url-bogus',
    says: 'a URL that cannot be parsed throws a SyntaxError',
    expected: ['SyntaxError', true],
    observe({ Source }) {
      try {
        new Source('http://this is invalid/').close();
      } catch (error) {
        return [(error as Error).name, error instanceof DOMException];
      }
      return 'nothing';
    },
  },
  {
    file: 'eventsource-constructor-document-domain',
    says: 'document.domain set to itself changes nothing',
    where: ['page'],
    expected: ['open 1'],
    observe(world) {
      document.domain = String(document.domain);
      return listen(world, [hello], 1);
    },
  },
  {
    file: 'eventsource-prototype',
    says: 'a method on the prototype is there on the objects, and the class can be a global one',
    expected: ['tried', true],
    async observe(world) {
      const prototype = Object(world.Source.prototype);
      const native = Object.getOwnPropertyDescriptor(globalThis, 'EventSource');
      prototype.tried = () => 'tried';
      Object.assign(globalThis, { EventSource: world.Source });
      const source = open(world, [hello]);
      const seen = [Object(source).tried(), Object.hasOwn(globalThis, 'EventSource')];
      source.close();
      delete prototype.tried;
      Reflect.deleteProperty(globalThis, 'EventSource');
      if (native) Object.defineProperty(globalThis, 'EventSource', native);
      return seen;
    },
  },
  {
    file: 'eventsource-url',
    says: 'url is absolute, and ends with what was given',
    where: inBrowsers,
    expected: [true, true],
    observe({ Source }) {
      const source = new Source('events/feed?x=1#y');
      source.close();
      return [source.url.startsWith('http'), source.url.endsWith('/events/feed?x=1#y')];
    },
  },
  {
    file: 'eventsource-onopen',
    says: 'open is plain, in state OPEN, with the source as `this`',
    expected: [1, true, false, false, undefined],
    observe: (world) =>
      new Promise((resolve) => {
        const source = open(world, [hello]);
        source.onopen = function (event) {
          resolve([
            this.readyState,
            this === source,
            event.bubbles,
            event.cancelable,
            Reflect.get(event, 'data'),
          ]);
          this.close();
        };
      }),
  },
  {
    file: 'eventsource-onmessage',
    says: 'onmessage gets the data of an event without a type, once',
    expected: ['one', 'two'],
    observe: (world) =>
      new Promise((resolve) => {
        const source = open(world, [{ ...endless, body: 'data: one\n\ndata: two\n\n' }]);
        const heard: unknown[] = [];
        source.onmessage = ({ data }) => {
          heard.push(data);
          if (heard.length < 2) return;
          resolve(heard);
          source.close();
        };
      }),
  },
  {
    file: 'eventsource-eventtarget',
    says: 'addEventListener gets it too, with the source as `this`',
    expected: ['hello', true],
    observe: (world) =>
      new Promise((resolve) => {
        const source = open(world, [hello]);
        source.addEventListener('message', function ({ data }) {
          resolve([data, this === source]);
          source.close();
        });
      }),
  },
  {
    file: 'eventsource-close',
    says: 'CONNECTING after construction, OPEN in open, CLOSED after close()',
    expected: [0, 1, 2],
    async observe(world) {
      const source = open(world, [hello]);
      const states = [source.readyState];
      await next(source, 'open');
      states.push(source.readyState);
      source.close();
      return [...states, source.readyState];
    },
  },
  {
    file: 'eventsource-close',
    says: 'an error in state CONNECTING goes before each try, and a 204 brings the last one',
    expected: ['open 1', 'error 0', 'open 1', 'error 0', 'error 2'],
    observe: (world) => listen(world, [bye, bye], 5),
  },
  {
    file: 'eventsource-close',
    says: 'after that there is silence',
    expected: ['GET', 'GET'],
    async observe(world) {
      const url = addressOf(world, [bye]);
      const source = new world.Source(url);
      while (source.readyState !== source.CLOSED) await next(source, 'error');
      await listen(world, [bye, bye, hello], 6); // as long as three reconnection times
      return (await seenAt(url)).map(({ method }) => method);
    },
  },
  {
    file: 'eventsource-reconnect',
    says: 'it comes back after an answer that brought an event',
    expected: ['open 1', 'message 1 one', 'error 0', 'open 1', 'message 1 hello'],
    observe: (world) => listen(world, [{ body: 'retry: 2\ndata: one\n\n' }, hello], 5),
  },
  {
    file: 'eventsource-reconnect',
    says: 'and after one that brought none; retry counts as soon as its line is read',
    expected: ['open 1', 'error 0', 'open 1', 'message 1 hello'],
    observe: (world) => listen(world, [{ body: 'retry: 2\n' }, hello], 4),
  },
  {
    file: 'request-accept',
    says: 'Accept is text/event-stream',
    expected: 'text/event-stream',
    observe: async (world) => (await requestsOf(world, [hello], 1))[0]?.headers.accept,
  },
  {
    file: 'request-cache-control',
    says: 'Cache-Control is no-cache, both times, and causes no preflight',
    expected: ['GET no-cache', 'GET no-cache'],
    observe: async (world) =>
      (await requestsOf(world, [bye, hello], 3)).map(
        ({ method, headers }) => `${method} ${headers['cache-control']}`,
      ),
  },
  ...[undefined, { withCredentials: false }, { withCredentials: true }].map(
    (init): Fact => ({
      file: 'request-credentials',
      says: `across origins ${init?.withCredentials ? '' : 'no '}cookies are kept and sent with ${JSON.stringify(init ?? {})}`,
      where: inBrowsers,
      expected: init?.withCredentials ? 'kept=1' : undefined,
      async observe(world) {
        const kept = { ...bye, headers: { 'set-cookie': 'kept=1;max-age=2' } };
        // Of one site, although of another origin: a browser keeps no cookies of other sites.
        const url = addressOf(world, [kept, hello]).replace('127.0.0.1', 'localhost');
        await listenTo(new world.Source(url, init), 3);
        return (await seenAt(url)).filter(({ method }) => method === 'GET')[1]?.headers.cookie;
      },
    }),
  ),
  ...[301, 302, 303, 307].map(
    (status): Fact => ({
      file: 'request-redirect',
      says: `${status} is followed`,
      expected: ['open 1', 'message 1 hello'],
      observe: (world) => listen(world, [redirectTo(addressOf(world, [hello]), status)], 2),
    }),
  ),
  ...[204, 205, 210, 299, 404, 410, 503].map(
    (status): Fact => ({
      file: 'request-status-error',
      says: `${status} is final`,
      expected: ['error 2'],
      observe: (world) =>
        listen(world, [{ status, body: [204, 205].includes(status) ? '' : 'data: data\n\n' }], 1),
    }),
  ),
  {
    file: 'eventsource-cross-origin',
    says: 'with credentials it works, also after a reconnection',
    where: inBrowsers,
    expected: ['open 1', 'message 1 one', 'error 0', 'open 1', 'message 1 hello'],
    observe: (world) =>
      listen(world, [{ body: 'retry: 2\ndata: one\n\n' }, hello], 5, String, { withCredentials: true }),
  },
  {
    file: 'eventsource-cross-origin',
    says: 'and after a redirect; origin is that of the final address',
    expected: true,
    async observe(world) {
      const target = addressOf(world, [hello]).replace('127.0.0.1', 'localhost');
      const source = new world.Source(addressOf(world, [redirectTo(target, 302)]), {
        withCredentials: true,
      });
      const { origin } = await next(source, 'message');
      source.close();
      return origin === new URL(target).origin;
    },
  },
  ...[null, '', 'https://example.com'].map(
    (allowed): Fact => ({
      file: 'eventsource-cross-origin',
      says: `an Access-Control-Allow-Origin that is ${allowed === null ? 'missing' : `'${allowed}'`} is final`,
      where: inBrowsers,
      expected: ['error 2'],
      observe(world) {
        const refused = { headers: { 'access-control-allow-origin': allowed } };
        // The class asks three times: it cannot see the answers.
        return listen(world, [refused, refused, refused], 1);
      },
    }),
  ),
  {
    file: 'format-mime-bogus',
    says: 'a content type that is none brings a plain error, for good',
    expected: [2, false, false, undefined],
    async observe(world) {
      const source = open(world, [{ type: 'x bogus', body: 'data: x\n\n' }]);
      const error = await next(source, 'error');
      return [source.readyState, error.bubbles, error.cancelable, Reflect.get(error, 'data')];
    },
  },
  {
    file: 'format-mime-valid-bogus',
    says: 'so does another type',
    expected: ['error 2'],
    observe: (world) => listen(world, [{ type: 'text/x-bogus', body: 'data: x\n\n' }], 1),
  },
  {
    file: 'format-mime-trailing-semicolon',
    says: 'nothing has to follow a semicolon',
    expected: ['open 1', 'message 1 hello'],
    observe: (world) => listen(world, [{ ...hello, type: 'text/event-stream;' }], 2),
  },
  {
    file: 'format-utf-8',
    says: 'it is UTF-8, whatever the charset says',
    expected: ['open 1', 'message 1 ok…'],
    observe: (world) =>
      listen(
        world,
        [{ ...endless, type: 'text/event-stream;charset=windows-1252', body: 'data:ok…\n\n' }],
        2,
      ),
  },
  ofStream(
    'event-data',
    'lines are joined, and what is no data gives no event',
    'data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n',
    ['open 1', 'message 1 msg\nmsg', 'message 1 ', 'message 1 end'],
  ),
  ofStream('format-bom', 'one BOM at the start is skipped', '\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3\n\n', [
    'open 1',
    'message 1 1',
    'message 1 3',
  ]),
  ofStream('format-bom-2', 'a second one is part of a name', '\uFEFF\uFEFFdata:1\n\ndata:2\n\ndata:3\n\n', [
    'open 1',
    'message 1 2',
    'message 1 3',
  ]),
  ofStream(
    'format-comments',
    'lines that begin with a colon are ignored',
    `data:1\r:\0\n:\r\ndata:2\n:${'x'.repeat(4096)}\rdata:3\n:data:fail\r:${'x'.repeat(4096)}\ndata:4\n\n`,
    ['open 1', 'message 1 1\n2\n3\n4'],
  ),
  ofStream(
    'format-newlines',
    'CR, LF and CRLF each end a line',
    'data:test\r\ndata\ndata:test\r\n\r\ndata:end\r\r',
    ['open 1', 'message 1 test\n\ntest', 'message 1 end'],
  ),
  ofStream(
    'format-leading-space',
    'one space after the colon is dropped, a tab is not',
    'data:\ttest\rdata: \ndata:test\n\n',
    ['open 1', 'message 1 \ttest\n\ntest'],
  ),
  ofStream('format-null-character', 'NUL is data', 'data:\0\n\n\n\n', ['open 1', 'message 1 \0']),
  ofStream('format-field-data', 'data can be empty', 'data:\n\ndata\ndata\n\ndata:test\n\n', [
    'open 1',
    'message 1 ',
    'message 1 \n',
    'message 1 test',
  ]),
  ofStream(
    'format-field-parsing',
    'names match to the letter',
    'data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n',
    ['open 1', 'message 1 \0\n 2\n1\n3\n\n4'],
  ),
  ofStream(
    'format-field-unknown',
    'unknown fields change nothing',
    'data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n',
    ['open 1', 'message 1 test\n\ntest'],
  ),
  {
    file: 'format-data-before-final-empty-line',
    says: 'what follows the last empty line is thrown away, its ID too',
    expected: ['open 1', 'error 0', 'open 1', 'message 1 second'],
    observe: (world) =>
      listen(world, [{ body: 'retry:2\ndata:first\nid:7\n' }, { ...endless, body: 'data:second\n\n' }], 4),
  },
  {
    file: 'format-field-event',
    says: 'event names the type of this event alone',
    expected: ['open 1', 'test 1 x', 'message 1 y'],
    observe: (world) => listen(world, [{ ...endless, body: 'event:test\ndata:x\n\ndata:y\n\n' }], 3),
  },
  ofStream('format-field-event-empty', 'an empty event means message', 'event: \ndata:data\n\n', [
    'open 1',
    'message 1 data',
  ]),
  {
    file: 'format-field-id',
    says: 'the ID comes back as UTF-8, and stays across connections',
    expected: [['open 1', 'message 1 a #…', 'error 0', 'open 1', 'message 1 b #…'], '…'],
    async observe(world) {
      const url = addressOf(world, [
        { body: 'retry:2\nid:…\ndata:a\n\n' },
        { ...endless, body: 'data:b\n\n' },
      ]);
      const log = await listenTo(new world.Source(url), 5);
      return [log, lastEventIdOf(await seenAt(url), 1)];
    },
  },
  {
    file: 'format-field-id-2',
    says: 'also over two reconnections',
    expected: [
      ['message 1 hello #1', 'message 1 hello #1', 'message 1 hello #1'],
      [undefined, '1', '1'],
    ],
    async observe(world) {
      const url = addressOf(world, [
        { body: 'retry:2\nid:1\ndata:hello\n\n' },
        { body: 'data:hello\n\n' },
        hello,
      ]);
      const log = await listenTo(new world.Source(url), 8);
      const seen = await seenAt(url);
      return [
        log.filter((line) => line.startsWith('message')),
        [0, 1, 2].map((index) => lastEventIdOf(seen, index)),
      ];
    },
  },
  ofStream(
    'format-field-id-3',
    'an ID lasts until another, and `id:` and `id` set it back',
    'id: 1\ndata: 1\n\ndata: 2\n\nid: 2\ndata: 3\n\nid:\ndata: 4\n\nid: 5\ndata: 5\n\nid\ndata: 6\n\ndata: 7\n\n',
    [
      'open 1',
      'message 1 1 #1',
      'message 1 2 #1',
      'message 1 3 #2',
      'message 1 4',
      'message 1 5 #5',
      'message 1 6',
      'message 1 7',
    ],
  ),
  {
    file: 'format-field-id-null',
    says: 'an ID with NUL is ignored, and never sent',
    expected: [['open 1', 'message 1 a', 'error 0', 'open 1', 'message 1 hello'], undefined],
    async observe(world) {
      const url = addressOf(world, [{ body: 'retry:2\nid:x\0y\ndata:a\n\n' }, hello]);
      const log = await listenTo(new world.Source(url), 5);
      return [log, lastEventIdOf(await seenAt(url), 1)];
    },
  },
  {
    file: 'format-field-retry',
    says: 'leading zeros of retry are decimal, and it waits that long',
    expected: true,
    observe: (world) => waits(world, 'retry:0400\n\n'),
  },
  {
    file: 'format-field-retry-bogus',
    says: 'retry with anything but digits changes nothing',
    expected: true,
    observe: (world) => waits(world, 'retry:400\nretry:9000x\n\n'),
  },
  ofStream('format-field-retry-empty', 'an empty retry does no harm', 'retry\ndata:test\n\n', [
    'open 1',
    'message 1 test',
  ]),
];

function open(world: World, answers: readonly Answer[]): EventSource {
  return new world.Source(addressOf(world, answers));
}

/** Hears so many events, and closes. */
function listen(
  world: World,
  answers: readonly Answer[],
  events: number,
  given: (url: string) => unknown = String,
  init?: EventSourceInit,
): Promise<string[]> {
  return listenTo(new world.Source(given(addressOf(world, answers)) as string, init), events);
}

function listenTo(source: EventSource, events: number): Promise<string[]> {
  const log: string[] = [];
  return new Promise((resolve) => {
    for (const type of ['open', 'message', 'error', 'test']) {
      source.addEventListener(type, ({ data, lastEventId }) => {
        const id = lastEventId ? ` #${lastEventId}` : '';
        log.push(`${type} ${source.readyState}${data === undefined ? '' : ` ${data}${id}`}`);
        if (log.length < events) return;
        source.close();
        resolve(log);
      });
    }
  });
}

function next(source: EventSource, type: string): Promise<MessageEvent> {
  return new Promise((resolve) => source.addEventListener(type, resolve, { once: true }));
}

/** The requests that were made for so many events. */
async function requestsOf(world: World, answers: readonly Answer[], events: number): Promise<SeenRequest[]> {
  const url = addressOf(world, answers);
  await listenTo(new world.Source(url), events);
  return seenAt(url);
}

/** Whether 400 ms pass between an answer and the next one, and not the 256 of an octal number, nor 9,000. */
async function waits(world: World, body: string): Promise<boolean> {
  const startedAt = performance.now(); // and not at the end of the first answer, of which a busy page hears late
  const source = open(world, [{ body }, hello]);
  await next(source, 'error');
  await next(source, 'open');
  const waited = performance.now() - startedAt;
  source.close();
  return waited > 390 && waited < 8_000;
}

function thrownBy(act: () => unknown): string {
  try {
    act();
    return 'nothing';
  } catch (error) {
    return (error as Error).name;
  }
}

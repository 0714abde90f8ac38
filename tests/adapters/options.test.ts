import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { computed, reactive, ref } from 'vue';
import {
  type ConnectionOptions,
  createConnection,
  defaultSettings,
  eventSourceTransport,
  fetchTransport,
  fromTransport,
} from '../../index.ts';

const given = (options: object) => () =>
  createConnection('http://127.0.0.1/', { immediate: false, ...options } as ConnectionOptions);

afterEach(() => vi.unstubAllEnvs());

describe('an invalid option is refused at once', () => {
  test.each([
    [{ maxRetries: -1 }, '`maxRetries` must be a number from 0 to Infinity, but it is -1.'],
    [{ maxRetries: Number.NaN }, '`maxRetries` must be a number from 0 to Infinity, but it is NaN.'],
    [{ maxRetries: '3' }, "`maxRetries` must be a number from 0 to Infinity, but it is '3'."],
    [{ retryDelay: -5 }, '`retryDelay` must be a number from 0 to 2147483647, but it is -5.'],
    [
      { maxRetryDelay: Infinity },
      '`maxRetryDelay` must be a number from 0 to 2147483647, but it is Infinity.',
    ],
    [
      { retryFactor: 0.5 },
      '`retryFactor` must be a number from 1 to 1.7976931348623157e+308, but it is 0.5.',
    ],
    [{ stableAfter: null }, '`stableAfter` must be a number from 0 to 2147483647, but it is null.'],
    [
      { connectTimeout: 2 ** 31 },
      '`connectTimeout` must be a number from 0 to 2147483647, but it is 2147483648.',
    ],
    [
      { jitter: 'half' },
      "`jitter` must be 'full' | 'equal' | 'decorrelated' | 'none' | function, but it is 'half'.",
    ],
    [{ immediate: 1 }, '`immediate` must be boolean, but it is 1.'],
    [
      { events: 'note' },
      "`events` must be a list of event names, or an object with a Standard Schema for each, but it is 'note'.",
    ],
    [
      { events: [''] },
      '`events` must be a list of event names, or an object with a Standard Schema for each, but it is of type object.',
    ],
    [{ method: '' }, "`method` must be string, but it is ''."],
    [{ maxEventSize: 0 }, '`maxEventSize` must be a number from 1 to Infinity, but it is 0.'],
    [{ bufferSize: 0 }, '`bufferSize` must be a number from 1 to Infinity, but it is 0.'],
    [{ fetch: {} }, '`fetch` must be function, but it is of type object.'],
    [{ parse: 'json' }, "`parse` must be 'auto' | 'text' | function, but it is 'json'."],
    [
      { credentials: 'always' },
      "`credentials` must be 'omit' | 'same-origin' | 'include', but it is 'always'.",
    ],
    [
      { idleTimeout: 'always' },
      "`idleTimeout` must be a number from 0 to 2147483647 | 'auto', but it is 'always'.",
    ],
    [
      { closeOn: '' },
      "`closeOn` must be an event name or a list of them, or a function of the message, but it is ''.",
    ],
    [{ refreshOn: [1] }, '`refreshOn` must be an event name or a list of them, but it is of type object.'],
    [{ maxFieldSize: 0 }, '`maxFieldSize` must be a number from 1 to Infinity, but it is 0.'],
    [{ persist: { key: 'x' } }, '`persist` must be a `storage` and a `key`, but it is of type object.'],
    [
      { persist: { storage: { getItem: () => null }, key: 'x' } },
      '`persist` must be a `storage` and a `key`, but it is of type object.',
    ],
    [
      { clock: { now: Date.now, random: Math.random } },
      '`clock` must be an object with `now`, `random`, `setTimeout` and `clearTimeout`, but it is of type object.',
    ],
    [{ lastEventId: 7 }, '`lastEventId` must be a string without control characters, but it is 7.'],
    [
      { lastEventIdHeader: 'last event id' },
      "`lastEventIdHeader` must be the name of a header, or false, but it is 'last event id'.",
    ],
    [
      { closeOn: 42 },
      '`closeOn` must be an event name or a list of them, or a function of the message, but it is 42.',
    ],
    [
      { clock: {} },
      '`clock` must be an object with `now`, `random`, `setTimeout` and `clearTimeout`, but it is of type object.',
    ],
    [{ signal: new AbortController() }, '`signal` must be an AbortSignal, but it is of type object.'],
    [
      { signal: ref(new AbortController().signal) },
      '`signal` must be an AbortSignal, but it is of type object.',
    ],
    [{ signal: () => AbortSignal.abort() }, '`signal` must be an AbortSignal, but it is of type function.'],
    [{ signal: new EventTarget() }, '`signal` must be an AbortSignal, but it is of type object.'],
    [{ signal: 5_000 }, '`signal` must be an AbortSignal, but it is 5000.'],
    [{ signal: null }, '`signal` must be an AbortSignal, but it is null.'],
    [{ body: 'x' }, "A `body` needs a `method` like 'POST', not 'GET'."],
  ])('%o', (options, message) => {
    expect(given(options)).toThrow(new TypeError(message));
  });

  test.each<unknown>([
    { 404: 'maybe' },
    { '1xx': 'retry' },
    { '6xx': 'retry' },
    { '05xx': 'retry' },
    { 5000: 'retry' },
    { exhausted: 'retry' },
    { toString: 'retry' },
    { 999: 'retry' },
    { 4040: 'retry' },
    { 9404: 'retry' },
    { sometimes: 'retry' },
    'retry',
    5,
    null,
  ])('a policy of %o', (policy) => {
    expect(given({ policy })).toThrow(
      /^`policy` must be an object like \{ 404: 'fail', '5xx': 'retry', network: 'stop' \}, but it is /,
    );
  });

  test.each([
    ['a ref of Vue', ref({ authorization: 'x' })],
    ['a computed value of Vue', computed(() => ({ authorization: 'x' }))],
    ['a signal', { value: { authorization: 'x' } }],
    ['a promise', Promise.resolve({ authorization: 'x' })],
    ['a header that is not there', { authorization: undefined }],
    ['a header that is null', { authorization: null }],
    ['a header with several values', { authorization: ['x', 'y'] }],
    ['text', 'authorization: x'],
    ['null', null],
  ])('headers that are %s', (_, headers) => {
    const message =
      /^`headers` must be a Headers object, a list of pairs, or a plain object of strings \| function, /;
    expect(given({ headers })).toThrow(message);
    expect(given({ method: 'POST', resume: { headers } })).toThrow(/^`resume` must be /);
  });

  test.each([
    ['a plain object', { question: 'x' }],
    ['a ref of Vue', ref('a question')],
    ['a list', ['a question']],
    ['a number', 5],
    ['a date', new Date()],
  ])('a body that is %s', (_, body) => {
    const message =
      /^`body` must be text, bytes, a Blob, FormData, URLSearchParams or a stream \| function, /;
    expect(given({ method: 'POST', body })).toThrow(message);
    expect(given({ method: 'POST', resume: { method: 'POST', body } })).toThrow(/^`resume` must be /);
  });

  test.each(['', null, undefined, 5])('a URL of %o', (url) => {
    expect(() => createConnection(url as string)).toThrow(/^`url` must be a URL or a function, but it is /);
  });

  test('a value that may be private is not shown', () => {
    const secret = `Bearer ${'s'.repeat(40)}`;
    expect(given({ parse: secret })).toThrow('but it is of type string.');
    expect(given({ parse: 's'.repeat(19) })).toThrow('but it is of type string.');
    expect(given({ parse: 's'.repeat(18) })).toThrow(`but it is '${'s'.repeat(18)}'.`);
  });

  test('also by each part on its own', () => {
    expect(() => fetchTransport({ url: '' })).toThrow(TypeError);
    expect(() => eventSourceTransport({ url: '/', lastEventIdParam: '' })).toThrow(TypeError);
    expect(() => fromTransport(async () => [] as never, { idleTimeout: -1 })).toThrow(TypeError);
  });
});

test('everything that an option may be is accepted, and undefined counts as not given', () => {
  const unset = Object.fromEntries(Object.keys(defaultSettings).map((name) => [name, undefined]));
  const connection = given({ ...unset, immediate: false })();
  expect(connection.actor.getSnapshot().context.settings).toEqual({ ...defaultSettings, immediate: false });
  given({
    maxRetries: Infinity,
    retryDelay: 0,
    jitter: () => 1,
    policy: { 404: 'retry', '5xx': 'fail', network: 'stop' },
  })();
  const bodies = [
    'a question',
    '',
    null,
    new Uint8Array(1),
    new ArrayBuffer(1),
    new Blob(['x']),
    new FormData(),
    new URLSearchParams(),
    new ReadableStream(),
    (async function* () {})(),
    async () => ({}),
  ];
  for (const body of bodies) given({ method: 'POST', body })();
  const allHeaders = [
    new Headers(),
    [['x-a', 'b']],
    new Map([['x-a', 'b']]),
    Object.create(null),
    reactive({ 'x-a': 'b' }),
    runInNewContext("({ 'x-a': 'b' })"),
    { 'x-a': 1 },
    () => ({}),
  ];
  for (const headers of allHeaders) given({ headers })();
  given({
    method: 'POST',
    headers: { accept: 'text/event-stream' },
    body: 'a question',
    lastEventIdParam: 'after',
    EventSource: class {},
  })();
});

test('the kind of jitter is that of the statechart, which keeps its own where a function makes the delay', () => {
  const settingsOf = (options: object) => given(options)().actor.getSnapshot().context.settings;
  expect(settingsOf({ jitter: 'none' }).jitter).toBe('none');
  expect(settingsOf({ jitter: () => 1, maxRetries: 3 })).toMatchObject({ jitter: 'full', maxRetries: 3 });
});

test('a name that is no option is refused in development, with the names that are', () => {
  expect(given({ maxRetry: 3 })).toThrow(
    /^There is no option `maxRetry`\. There are maxRetries, retryDelay, /,
  );
  vi.stubEnv('NODE_ENV', 'production');
  expect(given({ maxRetry: 3 })).not.toThrow();
});

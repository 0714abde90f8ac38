import { describe, expect, test } from 'vitest';
import {
  type EventSourceTransportOptions,
  eventSourceTransport,
  type FetchTransportOptions,
  fetchTransport,
  fromTransport,
  type TransportActorOptions,
} from '../../index.ts';

const byFetch = (options: object) => () =>
  fetchTransport({ url: '/events', ...options } as FetchTransportOptions);

const byEventSource = (options: object) => () =>
  eventSourceTransport({ url: '/events', ...options } as EventSourceTransportOptions);

const around = (options: object) => () =>
  fromTransport(fetchTransport({ url: '/events' }), options as TransportActorOptions);

test.each(['omit', 'same-origin', 'include'])('fetch is asked for the credentials `%s`', (credentials) => {
  expect(byFetch({ credentials })).not.toThrow();
  expect(byFetch({ credentials: credentials.toUpperCase() })).toThrow(
    "`credentials` must be 'omit' | 'same-origin' | 'include', but it is",
  );
});

const matcher = 'an event name or a list of them, or a function of the message';

describe('a transport refuses at once', () => {
  test.each([
    [{ url: '' }, "`url` must be a URL or a function, but it is ''."],
    [{ url: 5 }, '`url` must be a URL or a function, but it is 5.'],
    [{ url: {} }, '`url` must be a URL or a function, but it is of type object.'],
    [
      { events: 'note' },
      "`events` must be a list of event names, or an object with a Standard Schema for each, but it is 'note'.",
    ],
    [
      { events: 5 },
      '`events` must be a list of event names, or an object with a Standard Schema for each, but it is 5.',
    ],
    [
      { events: [''] },
      '`events` must be a list of event names, or an object with a Standard Schema for each, but it is of type object.',
    ],
    [
      { events: ['note', ''] },
      '`events` must be a list of event names, or an object with a Standard Schema for each, but it is of type object.',
    ],
  ])('%o', (options, message) => {
    expect(byFetch(options)).toThrow(new TypeError(message));
    expect(byEventSource(options)).toThrow(new TypeError(message));
  });

  test.each([
    [{ closeOn: '' }, `\`closeOn\` must be ${matcher}, but it is ''.`],
    [{ closeOn: ['bye', 1] }, `\`closeOn\` must be ${matcher}, but it is of type object.`],
    [{ refreshOn: true }, '`refreshOn` must be an event name or a list of them, but it is true.'],
  ])('%o, as does what goes on around it', (options, message) => {
    expect(byEventSource(options)).toThrow(new TypeError(message));
    expect(around(options)).toThrow(new TypeError(message));
  });
});

test('the actor of a transport refuses an unknown `parse`', () => {
  const message = "`parse` must be 'auto' | 'text' | function, but it is 'json'.";
  expect(around({ parse: 'json' })).toThrow(new TypeError(message));
});

test.each([
  { url: 'https://example.com/' },
  { url: new URL('https://example.com/') },
  { url: () => '/events' },
  { events: [] },
  { events: ['note', 'message'] },
])('a transport takes %o', (options) => {
  expect(byFetch(options)).not.toThrow();
  expect(byEventSource(options)).not.toThrow();
});

test.each([
  { closeOn: 'bye' },
  { closeOn: ['bye', 'end'], refreshOn: [] },
  { parse: 'auto' },
  { parse: 'text' },
  { parse: () => 1 },
])('what goes on around a transport may be set to %o', (options) => {
  expect(around(options)).not.toThrow();
});

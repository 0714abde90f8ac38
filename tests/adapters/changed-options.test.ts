import { afterEach, expect, test } from 'vitest';
import { createComponentConnection, type ServerSentEventsOptions } from '../../index.ts';
import { status, stream } from '../support/sse-server.ts';
import { clock, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

const shownOnes: { leave(): void }[] = [];

afterEach(() => {
  for (const component of shownOnes.splice(0)) component.leave();
});

/** A component that renders with some options, and later with others. */
function createComponent() {
  const component = createComponentConnection();
  shownOnes.push(component);
  let store = component.storeFor(server.url, { clock, jitter: 'none' });
  function show(options: ServerSentEventsOptions, url = server.url): void {
    store = component.storeFor(url, { clock, jitter: 'none', ...options });
    component.enter(store, url, options.immediate);
  }
  return {
    component,
    show,
    get store() {
      return store;
    },
    get status() {
      return store.get().status;
    },
  };
}

test.each<[string, ServerSentEventsOptions, ServerSentEventsOptions]>([
  ['a list', { events: ['a'] }, { events: ['a', 'b'] }],
  ['a number', { maxRetries: 1 }, { maxRetries: 2 }],
  ['a word', { parse: 'text' }, { parse: 'auto' }],
  ['a flag', { retryUnsafe: true }, { retryUnsafe: false }],
  ['the policy', { policy: { 404: 'retry' } }, { policy: { 404: 'fail' } }],
  ['a function in place of a word', { closeOn: 'a' }, { closeOn: () => false }],
  ['one that is new', {}, { idleTimeout: 5 }],
])(
  '%s that is another makes another connection, which goes on after the last event',
  async (_, one, other) => {
    const shown = createComponent();
    shown.show(one);
    await until(() => shown.status === 'open');
    server.publish('one');
    await until(() => shown.store.get().lastEventId === '1');
    const { store } = shown;
    shown.show(other);
    expect(shown.store).not.toBe(store);
    expect(store.get()).toMatchObject({ status: 'closed' });
    await until(() => shown.status === 'open');
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
    await until(() => server.streams.size === 1);
    shown.component.leave();
  },
);

test.each<[string, ServerSentEventsOptions, ServerSentEventsOptions]>([
  [
    'the same content',
    { events: ['a'], policy: { 404: 'fail' } },
    { policy: { 404: 'fail' }, events: ['a'] },
  ],
  ['an option that is undefined', { maxRetries: undefined }, {}],
  ['other headers', { headers: { a: '1' } }, { headers: { a: '2' } }],
  ['another beginning', { lastEventId: '1' }, { lastEventId: '2' }],
  ['other functions', { onMessage: () => {}, parse: () => 1 }, { onMessage: () => {}, parse: () => 2 }],
])('%s makes no other connection', async (_, one, other) => {
  const shown = createComponent();
  shown.show(one);
  await until(() => shown.status === 'open');
  const { store } = shown;
  shown.show(other);
  await quiet();
  expect([shown.store === store, server.requests.length]).toEqual([true, 1]);
});

test('what the app has closed stays closed with other options', async () => {
  const shown = createComponent();
  shown.show({});
  await until(() => shown.status === 'open');
  shown.component.commandsOf(shown.store).close();
  shown.show({ events: ['a'] });
  await quiet();
  expect([shown.status, server.requests.length]).toEqual(['closed', 1]);
});

test('an unsafe request is not made again because of other options', async () => {
  const shown = createComponent();
  shown.show({ method: 'POST' });
  await until(() => shown.status === 'open');
  shown.show({ method: 'POST', events: ['a'] });
  await quiet();
  expect([shown.status, server.requests.length]).toEqual(['closed', 1]);
  await until(() => server.streams.size === 0);
});

test.each([
  ['was refused', status(403), 'failed'],
  ['the server has ended', status(204), 'closed'],
] as const)('what %s is tried anew with other options', async (_, answer, wanted) => {
  server.answer(answer, stream);
  const shown = createComponent();
  shown.show({});
  await until(() => shown.status === wanted);
  shown.show({ events: ['a'] });
  await until(() => shown.status === 'open');
  expect(server.requests).toHaveLength(2);
});

test('a component that was away while its options changed goes on after the last event', async () => {
  const shown = createComponent();
  shown.show({});
  await until(() => shown.status === 'open');
  server.publish('one');
  await until(() => shown.store.get().lastEventId === '1');
  shown.component.leave();
  shown.show({ events: ['message'] });
  await until(() => shown.status === 'open');
  expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
});

test('immediate: false still waits for open() with other options', async () => {
  const shown = createComponent();
  shown.show({ immediate: false });
  shown.show({ immediate: false, events: ['a'] });
  await quiet();
  expect([shown.status, server.requests.length]).toEqual(['closed', 0]);
  shown.component.commandsOf(shown.store).open();
  await until(() => shown.status === 'open');
});

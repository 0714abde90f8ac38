import { useMachine } from '@xstate/vue';
import { createPinia, defineStore, setActivePinia } from 'pinia';
import { describe, expect, test, vi } from 'vitest';
import {
  type App,
  type Component,
  createApp,
  createSSRApp,
  defineComponent,
  effectScope,
  h,
  KeepAlive,
  nextTick,
  ref,
  Suspense,
  watch,
} from 'vue';
import { renderToString } from 'vue/server-renderer';
import { asyncDispose } from '../../../adapters/dispose.ts';
import {
  type UseServerSentEventsOptions,
  type UseServerSentEventsResult,
  useConnection,
  useServerSentEvents,
} from '../../../adapters/vue.ts';
import {
  connectionMachine,
  createConnection,
  fetchTransport,
  fromTransport,
  type Message,
  selectStatus,
} from '../../../index.ts';
import { perFrame } from '../../support/per-frame.ts';
import { cleanups, expectSilence, server } from '../../support/remote/browser-scene.ts';
import { startRemoteSseServer } from '../../support/remote/remote-sse-server.ts';
import { quiet, until } from '../../support/until.ts';
import { createWatchedController } from '../../support/watched-signal.ts';

const quick = { retryDelay: 30, maxRetryDelay: 60, stableAfter: 200 };

const warnings = expectSilence('warn');
expectSilence('error');

function mount(component: Component, app: App = createApp(component)) {
  const host = document.createElement('div');
  app.mount(host);
  const unmount = vi.fn(() => app.unmount());
  cleanups.push(() => unmount.mock.calls.length === 0 && unmount());
  return { host, unmount };
}

/** A component that shows what the composable returns and keeps its statuses for the test. */
function createFeed<Data = unknown>(
  url: () => string | null,
  options: UseServerSentEventsOptions<Record<string, Data>> = {},
) {
  const received: Message<Data>[] = [];
  const statuses: string[] = [];
  const retries: number[] = [];
  const feed = {
    received,
    statuses,
    retries,
    result: undefined as UseServerSentEventsResult<Record<string, Data>> | undefined,
    Feed: defineComponent({
      name: 'Feed',
      setup() {
        const result = useServerSentEvents<Record<string, Data>>(url, {
          ...quick,
          onMessage: (message) => received.push(message),
          ...options,
        });
        feed.result = result;
        watch(result.status, (status) => statuses.push(status), { immediate: true, flush: 'sync' });
        watch(result.retries, (count) => retries.push(count), { flush: 'sync' });
        return () => h('output', result.status.value);
      },
    }),
  };
  return feed;
}

const noSockets = () =>
  expect.poll(async () => (await server.look()).sockets, { message: 'sockets at the server' }).toBe(0);

test('a restart of the server is survived, nothing is lost or doubled, the budget becomes whole', async () => {
  const feed = createFeed(() => server.url);
  const { host } = mount(feed.Feed);
  await until(() => host.textContent === 'open');
  await server.publish('one');
  await until(() => feed.received.length === 1);

  const failing = { kind: 'status', code: 500 } as const;
  await server.answer(failing, failing, failing, { kind: 'stream' });
  await server.drop();
  await server.publish('two', 'note');
  await until(() => feed.received.length === 2);
  await until(() => feed.result?.retries.value === 0);
  await server.publish('three');
  await until(() => feed.received.length === 3);
  await until(() => feed.result?.data.value === 'three');

  expect(feed.received).toEqual([
    { event: 'message', data: 'one', id: '1' },
    { event: 'note', data: 'two', id: '2' },
    { event: 'message', data: 'three', id: '3' },
  ]);
  expect(feed.statuses).toEqual([
    'connecting',
    'open',
    ...Array(4).fill(['backoff', 'connecting']).flat(),
    'open',
  ]);
  expect(feed.retries).toEqual([1, 2, 3, 4, 0]);
  expect(feed.result?.data.value).toBe('three');
  expect(feed.result?.event.value).toBe('message');
  expect(feed.result?.lastEventId.value).toBe('3');
  expect(feed.result?.error.value).toBeNull();
});

test('a mount sends one request, and an unmount leaves no socket', async () => {
  for (let count = 1; count <= 3; count += 1) {
    const feed = createFeed(() => server.url);
    const { host, unmount } = mount(feed.Feed);
    await until(() => host.textContent === 'open');
    expect((await server.look()).requests).toHaveLength(count);
    unmount();
    await noSockets();
  }
});

test.each([401, 403, 404])('%i sends one request and fails', async (code) => {
  await server.answer({ kind: 'status', code });
  const feed = createFeed(() => server.url);
  const { host } = mount(feed.Feed);
  await until(() => host.textContent === 'failed');
  await quiet(100);
  expect((await server.look()).requests).toHaveLength(1);
  expect(feed.result?.error.value).toMatchObject({ name: 'ConnectionError', status: code });
  await server.answer({ kind: 'stream' });
  feed.result?.reconnect();
  await until(() => host.textContent === 'open');
});

test('a new URL in backoff leaves one connection', async () => {
  const other = await startRemoteSseServer();
  cleanups.push(() => other.stop());
  await server.answer({ kind: 'status', code: 503 });
  const url = ref(server.url);
  const feed = createFeed(() => url.value, { retryDelay: 2_000, maxRetryDelay: 2_000, jitter: 'none' });
  const { host } = mount(feed.Feed);
  await until(() => host.textContent === 'backoff');
  url.value = other.url;
  await until(() => host.textContent === 'open');
  await quiet(600); // turns of 4 ms: the old one would have tried again
  expect((await server.look()).requests).toHaveLength(1);
  expect(await other.look()).toMatchObject({ streams: 1, sockets: 1 });
});

test('no URL is idle; one that comes later connects; one that goes away disconnects', async () => {
  const url = ref<string | null>(null);
  const feed = createFeed(() => url.value);
  const { host } = mount(feed.Feed);
  expect(host.textContent).toBe('closed');
  url.value = server.url;
  await until(() => host.textContent === 'open');
  url.value = null;
  await until(() => host.textContent === 'closed');
  await noSockets();
  expect((await server.look()).requests).toHaveLength(1);
});

test('a URL that differs in its query is the same connection: nothing is lost, reset, or shown to reconnect', async () => {
  const token = ref('a');
  const feed = createFeed(() => `${server.url}?token=${token.value}`);
  const { host } = mount(feed.Feed);
  await until(() => host.textContent === 'open');
  await server.publish('one');
  await until(() => feed.result?.data.value === 'one');
  for (const next of ['b', 'c', 'd']) {
    const before = (await server.look()).requests.length;
    token.value = next;
    await server.publish(`while ${next} comes`);
    await expect.poll(async () => (await server.look()).requests.length).toBe(before + 1);
    await expect.poll(async () => (await server.look()).streams).toBe(1);
    await server.publish(`after ${next}`);
    await until(() => feed.received.at(-1)?.data === `after ${next}`);
    expect(feed.result?.data.value).toBeDefined();
  }
  expect(feed.received.map(({ data }) => data)).toEqual([
    'one',
    ...['b', 'c', 'd'].flatMap((next) => [`while ${next} comes`, `after ${next}`]),
  ]);
  expect(feed.statuses).toEqual(['connecting', 'open']);
  const { requests } = await server.look();
  expect(requests.map(({ url }) => url)).toEqual(['a', 'b', 'c', 'd'].map((next) => `/events?token=${next}`));
});

test('no URL for a while keeps what is shown, and the event to resume after', async () => {
  const url = ref<string | null>(server.url);
  const feed = createFeed(() => url.value, { history: 5 });
  const { host } = mount(feed.Feed);
  await until(() => host.textContent === 'open');
  await server.publish('one');
  await until(() => feed.result?.data.value === 'one');
  url.value = null;
  await until(() => host.textContent === 'closed');
  await noSockets();
  await server.publish('meanwhile');
  expect([feed.result?.data.value, feed.result?.lastEventId.value]).toEqual(['one', '1']);
  feed.result?.open();
  feed.result?.reconnect();
  await quiet();
  expect((await server.look()).requests).toHaveLength(1);
  url.value = server.url;
  await until(() => feed.result?.data.value === 'meanwhile');
  expect(feed.result?.history.value.map(({ data }) => data)).toEqual(['one', 'meanwhile']);
  expect((await server.look()).requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
});

test('what the app has closed stays closed for another query; what the server has ended begins anew', async () => {
  await server.answer({ kind: 'status', code: 204 }, { kind: 'stream' });
  const query = ref(1);
  const feed = createFeed(() => `${server.url}?q=${query.value}`);
  const { host } = mount(feed.Feed);
  await until(() => feed.result?.closeReason.value === 'ended');
  query.value = 2;
  await until(() => host.textContent === 'open');
  feed.result?.close();
  await until(() => host.textContent === 'closed');
  query.value = 3;
  await quiet();
  expect([host.textContent, (await server.look()).requests.length]).toEqual(['closed', 2]);
});

test('a new URL alone is no news of the data', async () => {
  const url = ref('http://127.0.0.1:9/nobody');
  const scope = effectScope();
  cleanups.push(() => scope.stop());
  let news = 0;
  const shown = scope.run(() => {
    const result = useServerSentEvents(url, quick);
    watch(result.data, () => {
      news += 1;
    });
    return result;
  });
  url.value = server.url;
  await until(() => shown?.status.value === 'open');
  expect(news).toBe(0);
  await server.publish('one');
  await until(() => news === 1);
});

test('a new URL costs no news that waits for its frame', async () => {
  const url = ref(`${server.url}?room=1`);
  const feed = createFeed(() => url.value);
  const { host } = mount(feed.Feed);
  await until(() => host.textContent === 'open');
  let seen = 0;
  const { data } = feed.result ?? {};
  watch(
    () => [data?.value],
    () => {
      seen += 1;
    },
    { flush: 'sync' },
  );
  const frames = new Map<number, FrameRequestCallback>();
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => {
    frames.set(frames.size + 1, callback);
    return frames.size;
  });
  vi.stubGlobal('cancelAnimationFrame', (frame: number) => frames.set(frame, () => {}));
  cleanups.push(() => vi.unstubAllGlobals());
  await server.publish('same');
  await until(() => feed.received.length === 1);
  await server.publish('same');
  await until(() => feed.received.length === 2);
  url.value = `${server.url}?room=2`;
  await nextTick();
  for (const paint of [...frames.values()]) paint(0);
  await until(() => seen === 2);
});

test('a URL object with the same address makes no new connection', async () => {
  const url = ref(new URL(server.url));
  const scope = effectScope();
  cleanups.push(() => scope.stop());
  const result = scope.run(() => useServerSentEvents(url, quick));
  await until(() => result?.status.value === 'open');
  url.value = new URL(server.url);
  await quiet();
  expect((await server.look()).requests).toHaveLength(1);
});

test('a new URL goes on with what the app opened, and leaves closed what the app closed', async () => {
  const other = await startRemoteSseServer();
  cleanups.push(() => other.stop());
  const url = ref(server.url);
  const feed = createFeed(() => url.value, { immediate: false });
  const { host } = mount(feed.Feed);
  feed.result?.open();
  await until(() => host.textContent === 'open');
  url.value = other.url;
  await expect.poll(async () => (await other.look()).streams).toBe(1);
  await until(() => host.textContent === 'open');
  feed.result?.close();
  url.value = server.url;
  await quiet();
  expect(host.textContent).toBe('closed');
  expect((await server.look()).requests).toHaveLength(1);
  feed.result?.reconnect();
  await until(() => host.textContent === 'open');
});

test('a message that nobody listens to is shown all the same', async () => {
  const feed = createFeed<string>(() => server.url, { onMessage: undefined });
  const { host } = mount(feed.Feed);
  await until(() => host.textContent === 'open');
  await server.publish('one');
  await until(() => feed.result?.data.value === 'one');
});

test('immediate: false waits for open(); close() closes for good', async () => {
  const feed = createFeed(() => server.url, { immediate: false });
  const { host } = mount(feed.Feed);
  expect(host.textContent).toBe('closed');
  await quiet();
  expect((await server.look()).requests).toHaveLength(0);
  feed.result?.open();
  await until(() => host.textContent === 'open');
  feed.result?.close();
  await until(() => host.textContent === 'closed');
  await noSockets();
  expect(feed.result?.closeReason.value).toBe('app');
});

test('history keeps the last messages and counts the rest; a burst costs far fewer updates than messages', async () => {
  const feed = createFeed<number>(() => server.url, { history: 3 });
  const { host } = mount(feed.Feed);
  await until(() => host.textContent === 'open');
  let updates = 0;
  if (feed.result) watch(feed.result.data, () => updates++, { flush: 'sync' });
  await server.write(Array.from({ length: 10_000 }, (_, index) => `data: ${index}\n\n`).join(''));
  await until(() => feed.received.length === 10_000);
  await until(() => feed.result?.data.value === 9_999);
  expect(feed.result?.history.value.map(({ data }) => data)).toEqual([9_997, 9_998, 9_999]);
  expect(feed.result?.dropped.value).toBe(9_997);
  expect(updates).toBeLessThan(50);
});

test('messages that keep coming update at most once a frame; every one is heard, and the last one is shown', async () => {
  const feed = createFeed<number>(() => server.url, { history: Infinity });
  const { host } = mount(feed.Feed);
  await until(() => host.textContent === 'open');
  let updates = 0;
  if (feed.result) watch(feed.result.data, () => updates++, { flush: 'sync' });
  const { counts, stop } = perFrame(() => updates);
  for (let index = 0; index < 200; index += 1) await server.write(`data: ${index}\n\n`);
  await until(() => feed.result?.data.value === 199);
  stop();
  const all = Array.from({ length: 200 }, (_, index) => index);
  expect(feed.received.map(({ data }) => data)).toEqual(all);
  expect(feed.result?.history.value.map(({ data }) => data)).toEqual(all);
  expect(Math.max(...counts)).toBe(1);
});

test('a message with the same payload as the one before is news all the same, once', async () => {
  const feed = createFeed(() => server.url);
  const { host } = mount(feed.Feed);
  await until(() => host.textContent === 'open');
  const seen: unknown[] = [];
  const heard: unknown[] = [];
  if (feed.result) {
    const { data } = feed.result;
    watch(
      () => [data.value],
      ([value]) => seen.push(value),
      { flush: 'sync' },
    );
    watch(data, (value) => heard.push(value));
  }
  for (let count = 1; count <= 3; count += 1) {
    await server.write('data: same\n\n');
    await until(() => seen.length === count);
  }
  await quiet();
  expect(seen).toEqual(['same', 'same', 'same']);
  expect(heard).toEqual(seen);
});

test('onGap hears that the server has lost events', async () => {
  const headers = { 'content-type': 'text/event-stream', 'last-event-id': '9' };
  await server.answer({ kind: 'status', code: 200, headers });
  const gaps: unknown[] = [];
  const feed = createFeed(() => server.url, {
    lastEventId: '7',
    retryDelay: 60_000,
    onGap: (gap) => gaps.push(gap),
  });
  mount(feed.Feed);
  await until(() => gaps.length === 1);
  expect(gaps).toEqual([{ reason: 'server', lastEventId: '7', resumedAfter: '9' }]);
});

test('the refs are read-only', async () => {
  const feed = createFeed(() => null);
  mount(feed.Feed);
  warnings.mockImplementation(() => {});
  Object.assign(feed.result?.status ?? {}, { value: 'open' });
  expect(feed.result?.status.value).toBe('closed');
  expect(warnings).toHaveBeenCalledOnce();
  warnings.mockReset();
});

describe('<KeepAlive>', () => {
  async function hideAndShow(onDeactivated: 'keep' | 'pause') {
    const feed = createFeed(() => server.url, { onDeactivated });
    const shown = ref(true);
    const { host } = mount({
      render: () => h(KeepAlive, null, { default: () => (shown.value ? h(feed.Feed) : undefined) }),
    });
    await until(() => host.textContent === 'open');
    await server.publish('one');
    await until(() => feed.received.length === 1);
    shown.value = false;
    await nextTick();
    if (onDeactivated === 'pause') await noSockets();
    await server.publish('two');
    shown.value = true;
    await until(() => feed.received.length === 2);
    expect(feed.received.map(({ data }) => data)).toEqual(['one', 'two']);
    return (await server.look()).requests.map(({ lastEventId }) => lastEventId);
  }

  test('keeps the connection by default', async () => {
    expect(await hideAndShow('keep')).toEqual(['']);
  });

  test('pauses it when asked, and resumes with the last event ID', async () => {
    expect(await hideAndShow('pause')).toEqual(['', '1']);
  });

  test.each(['before it is hidden', 'while it is hidden'])(
    'leaves closed what the app closed %s',
    async (when) => {
      const feed = createFeed(() => server.url, { onDeactivated: 'pause' });
      const shown = ref(true);
      const { host } = mount({
        render: () => h(KeepAlive, null, { default: () => (shown.value ? h(feed.Feed) : undefined) }),
      });
      await until(() => host.textContent === 'open');
      if (when === 'before it is hidden') feed.result?.close();
      shown.value = false;
      await nextTick();
      if (when === 'while it is hidden') feed.result?.close();
      shown.value = true;
      await quiet();
      expect(host.textContent).toBe('closed');
      expect((await server.look()).requests).toHaveLength(1);
    },
  );

  test('opens nothing again that has failed', async () => {
    await server.answer({ kind: 'status', code: 401 });
    const feed = createFeed(() => server.url, { onDeactivated: 'pause' });
    const shown = ref(true);
    const { host } = mount({
      render: () => h(KeepAlive, null, { default: () => (shown.value ? h(feed.Feed) : undefined) }),
    });
    await until(() => host.textContent === 'failed');
    shown.value = false;
    await nextTick();
    shown.value = true;
    await quiet();
    expect(host.textContent).toBe('closed');
    expect((await server.look()).requests).toHaveLength(1);
  });

  test('connects to a URL that came while it was hidden when it is shown again', async () => {
    const other = await startRemoteSseServer();
    cleanups.push(() => other.stop());
    const url = ref(server.url);
    const feed = createFeed(() => url.value, { onDeactivated: 'pause' });
    const shown = ref(true);
    const { host } = mount({
      render: () => h(KeepAlive, null, { default: () => (shown.value ? h(feed.Feed) : undefined) }),
    });
    await until(() => host.textContent === 'open');
    shown.value = false;
    await nextTick();
    url.value = other.url;
    await quiet();
    expect((await other.look()).requests).toHaveLength(0);
    shown.value = true;
    await until(() => host.textContent === 'open');
    expect((await other.look()).streams).toBe(1);
  });

  test('opens nothing when its URL went away while it was hidden', async () => {
    const url = ref<string | null>(server.url);
    const feed = createFeed(() => url.value, { onDeactivated: 'pause' });
    const shown = ref(true);
    const { host } = mount({
      render: () => h(KeepAlive, null, { default: () => (shown.value ? h(feed.Feed) : undefined) }),
    });
    await until(() => host.textContent === 'open');
    shown.value = false;
    await nextTick();
    url.value = null;
    await nextTick();
    shown.value = true;
    await quiet();
    expect([host.textContent, feed.result?.retries.value]).toEqual(['closed', 0]);
    expect((await server.look()).requests).toHaveLength(1);
  });

  test('is asked for a word that it knows', () => {
    const given = { onDeactivated: 'sleep' } as object;
    expect(() => effectScope().run(() => useServerSentEvents(server.url, given))).toThrow(
      new TypeError("`onDeactivated` must be 'keep' | 'pause', but it is 'sleep'."),
    );
  });
});

test('an option that is none throws where the composable is called', () => {
  const call = () => effectScope().run(() => useServerSentEvents(server.url, { maxRetries: -1 }));
  expect(call).toThrow('`maxRetries` must be a number from 0 to Infinity, but it is -1.');
});

test('a command that comes after the end of the scope opens nothing', async () => {
  const scope = effectScope();
  const result = scope.run(() => useServerSentEvents(server.url, quick));
  await until(() => result?.status.value === 'open');
  scope.stop();
  result?.reconnect();
  result?.open();
  await noSockets();
  expect((await server.look()).requests).toHaveLength(1);
});

test('works in a bare effectScope and ends with it', async () => {
  const scope = effectScope();
  const result = scope.run(() => useServerSentEvents(server.url, quick));
  await until(() => result?.status.value === 'open');
  scope.stop();
  await noSockets();
});

test('works outside of any scope too, until it is closed', async () => {
  warnings.mockImplementation(() => {});
  const result = useServerSentEvents(server.url, { ...quick, onDeactivated: 'pause' });
  await until(() => result.status.value === 'open');
  const connection = createConnection(server.url, { immediate: false });
  const shown = useConnection(connection);
  connection.open();
  await until(() => shown.status.value === 'open');
  for (const { close } of [result, shown]) close();
  expect([result.status.value, shown.status.value]).toEqual(['closed', 'closed']);
  await noSockets();
  expect(warnings).toHaveBeenCalledTimes(2);
  warnings.mockReset();
});

describe('a call that no scope ends is warned of, once, with what to do', () => {
  test.each<[string, (call: () => void) => Component]>([
    [
      'in setup after an await',
      (call) => ({
        async setup() {
          await null;
          call();
          return () => '';
        },
      }),
    ],
    [
      'in the callback of a watch',
      (call) => ({
        setup() {
          const source = ref(0);
          watch(source, call);
          source.value = 1;
          return () => '';
        },
      }),
    ],
    ['in a listener', (call) => ({ setup: () => () => h('button', { onClick: call }) })],
  ])('%s', async (_, componentWith) => {
    warnings.mockImplementation(() => {});
    const connection = createConnection(server.url, { immediate: false });
    cleanups.push(() => connection[asyncDispose]());
    const call = vi.fn(() => {
      useServerSentEvents(server.url, { immediate: false });
      useConnection(connection);
    });
    const { host } = mount({
      setup: () => () => h(Suspense, null, { default: () => h(componentWith(call)) }),
    });
    host.querySelector('button')?.click();
    for (let tick = 0; tick < 10; tick += 1) await nextTick();
    expect(call).toHaveBeenCalledOnce();
    const ours = warnings.mock.calls.flat().filter((text) => String(text).includes('outside a scope'));
    expect(ours).toEqual([
      expect.stringMatching(/^`useServerSentEvents` .* before any `await`, or in an `effectScope`\.$/),
      expect.stringMatching(/^`useConnection` /),
    ]);
    warnings.mockReset();
  });
});

test('a signal closes the connection, and is let go with the scope', async () => {
  const { signal, listeners, abort } = createWatchedController();
  const gone = createFeed(() => server.url, { signal });
  const { host: first, unmount } = mount(gone.Feed);
  await until(() => first.textContent === 'open');
  expect(listeners.size).toBe(1);
  unmount();
  expect(listeners.size).toBe(0);

  const feed = createFeed(() => server.url, { signal });
  const { host } = mount(feed.Feed);
  await until(() => host.textContent === 'open');
  abort();
  await until(() => host.textContent === 'closed');
  feed.result?.open();
  await noSockets();
  expect([feed.result?.status.value, feed.result?.error.value, listeners.size]).toEqual(['closed', null, 0]);
  expect((await server.look()).requests).toHaveLength(2);

  const late = mount(createFeed(() => server.url, { signal }).Feed);
  expect(late.host.textContent).toBe('closed');
});

test('works in a Pinia setup store', async () => {
  setActivePinia(createPinia());
  const useFeed = defineStore('feed', () => useServerSentEvents<{ message: string }>(server.url, quick));
  const store = useFeed();
  await until(() => store.status === 'open');
  await server.publish('into the store');
  await until(() => store.data === 'into the store');
  store.$dispose();
  await noSockets();
});

test('a Pinia setup store that was rendered on a server hydrates without a word, and writes nothing into it', async () => {
  const connection = createConnection(server.url, { ...quick, immediate: false });
  cleanups.push(() => connection[asyncDispose]());
  const useFeed = defineStore('feed', () => ({
    ...useServerSentEvents<{ message: string }>(server.url, { ...quick, history: 1 }),
    mine: ref(0),
  }));
  const useElsewhere = defineStore('elsewhere', () => useConnection(connection));
  const Page = defineComponent(() => {
    const [feed, elsewhere] = [useFeed(), useElsewhere()];
    return () => h('output', `${feed.status} ${feed.data} ${elsewhere.status} ${feed.mine}`);
  });
  const onServer = createPinia();
  const html = await renderToString(createSSRApp(Page).use(onServer));
  useFeed(onServer).mine = 5;
  const sent = JSON.stringify(onServer.state.value);
  expect(sent).toBe('{"feed":{"mine":5},"elsewhere":{}}');

  const pinia = createPinia();
  pinia.state.value = JSON.parse(sent);
  const host = document.createElement('div');
  host.innerHTML = html.replace(/0(?=<)/, '5');
  const app = createSSRApp(Page).use(pinia);
  app.mount(host);
  cleanups.push(() => app.unmount());
  const [store] = [useFeed(pinia), useElsewhere(pinia)];
  cleanups.push(() => store.$dispose());
  await until(() => store.status === 'open');
  await server.publish('into the store');
  await until(() => host.textContent === 'open into the store closed 5');
  store.$state = JSON.parse(sent).feed; // as a plugin that keeps the state does, and the devtools
  store.$patch({ mine: 6 });
  expect([store.status, store.data, store.mine]).toEqual(['open', 'into the store', 6]);
});

test('useConnection shows a connection that was made elsewhere, and leaves it open', async () => {
  const connection = createConnection<{ note: string }>(server.url, { ...quick, events: ['note'] });
  cleanups.push(() => connection[asyncDispose]());
  const { host, unmount } = mount({
    setup() {
      const { status, data } = useConnection(connection);
      return () => `${status.value} ${data.value}`;
    },
  });
  await until(() => host.textContent === 'open undefined');
  await server.publish('hello', 'note');
  await until(() => host.textContent === 'open hello');
  unmount();
  await quiet();
  expect(connection.state.status).toBe('open');
  expect((await server.look()).requests).toHaveLength(1);
});

test('useConnection shows nothing more after the end of its scope, and is idle without a connection', async () => {
  const connection = createConnection(server.url, { ...quick, immediate: false });
  cleanups.push(() => connection[asyncDispose]());
  const scope = effectScope();
  const shown = scope.run(() => useConnection(connection, { history: 1 }));
  const idle = scope.run(() => useConnection(null));
  expect([shown?.status.value, idle?.status.value]).toEqual(['closed', 'closed']);
  idle?.open();
  connection.open();
  await until(() => shown?.status.value === 'open');
  await server.publish('one');
  await until(() => shown?.history.value.length === 1);
  scope.stop();
  connection.close();
  expect([shown?.status.value, idle?.status.value]).toEqual(['open', 'closed']);
});

test('on a server nothing is opened, and the page hydrates without a mismatch', async () => {
  const feed = createFeed(() => server.url);
  const html = await renderToString(createSSRApp(feed.Feed));
  expect(html).toContain('connecting');
  await quiet();
  expect((await server.look()).requests).toHaveLength(0);

  const host = document.createElement('div');
  host.innerHTML = html;
  const app = createSSRApp(feed.Feed);
  app.mount(host);
  cleanups.push(() => app.unmount());
  await until(() => host.textContent === 'open');
});

test('a connection from elsewhere hydrates too, although it is already open', async () => {
  const connection = createConnection(server.url, { ...quick, immediate: false });
  cleanups.push(() => connection[asyncDispose]());
  const Badge = defineComponent(() => {
    const { status } = useConnection(connection);
    return () => h('output', status.value);
  });
  const host = document.createElement('div');
  host.innerHTML = await renderToString(createSSRApp(Badge));
  expect(host.textContent).toBe('connecting');
  connection.open();
  await until(() => connection.state.status === 'open');
  const app = createSSRApp(Badge);
  app.mount(host);
  await until(() => host.textContent === 'open');
  app.unmount();
});

test('useMachine of @xstate/vue runs the statechart as it is', async () => {
  const machine = connectionMachine.provide({
    actors: { transport: fromTransport(fetchTransport({ url: server.url })) },
  });
  const { host, unmount } = mount({
    setup() {
      const { snapshot } = useMachine(machine, { input: quick });
      return () =>
        `${selectStatus(snapshot.value)} ${snapshot.value.context.retries} ${snapshot.value.context.lastEventId}`;
    },
  });
  await until(() => host.textContent === 'open 0 ');
  await server.publish('one');
  await until(() => host.textContent === 'open 0 1');
  await server.answer({ kind: 'status', code: 503 }, { kind: 'stream' });
  await server.drop();
  await expect.poll(async () => (await server.look()).requests.length).toBe(3);
  await until(() => host.textContent === 'open 0 1');
  unmount();
  await noSockets();
});

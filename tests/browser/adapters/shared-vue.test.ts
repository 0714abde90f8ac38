import { beforeEach, expect, test } from 'vitest';
import {
  type App,
  type Component,
  createApp,
  createSSRApp,
  defineAsyncComponent,
  defineComponent,
  h,
  KeepAlive,
  nextTick,
  ref,
} from 'vue';
import { renderToString } from 'vue/server-renderer';
import { usersOf } from '../../../adapters/inspection.ts';
import { type UseServerSentEventsOptions, useServerSentEvents } from '../../../adapters/vue.ts';
import { createConnection } from '../../../index.ts';
import { createTestClock, type TestClock } from '../../../testing/clock.ts';
import { cleanups, expectSilence, server } from '../../support/remote/browser-scene.ts';
import { quiet, until } from '../../support/until.ts';

let clock: TestClock;
expectSilence('warn');

beforeEach(() => {
  clock = createTestClock();
});

/** Components that share, and what each one has heard. */
function createFeeds(
  url: Parameters<typeof useServerSentEvents>[0],
  optionsOf: (name: string) => UseServerSentEventsOptions = () => ({}),
) {
  const heard: Record<string, unknown[]> = {};
  function useFeed(name: string) {
    const { status } = useServerSentEvents(url, {
      clock,
      jitter: 'none',
      share: true,
      onMessage: ({ data }) => {
        heard[name] = [...(heard[name] ?? []), data];
      },
      ...optionsOf(name),
    });
    return () => h('i', `${name} ${status.value} `);
  }
  const Feed = defineComponent({
    props: { name: { type: String, required: true } },
    setup: ({ name }) => useFeed(name),
  });
  return { Feed, heard };
}

function mount(component: Component, app: App = createApp(component), host = document.createElement('div')) {
  app.mount(host);
  let isMounted = true;
  const unmount = () => {
    if (isMounted) app.unmount();
    isMounted = false;
  };
  cleanups.push(() => {
    unmount();
    clock.advance(1_000);
    expect(clock.pending).toBe(0);
  });
  return { host, unmount, shows: (text: string) => until(() => host.textContent?.trim() === text, text) };
}

const requests = async () => (await server.look()).requests;

/** How many use the connection to the URL. */
function users(options: UseServerSentEventsOptions = {}): number {
  const { onDeactivated: _, ...given } = options;
  const connection = createConnection(server.url, {
    clock,
    jitter: 'none',
    share: true,
    ...given,
    immediate: false,
  });
  return usersOf(connection.actor) ?? Number.NaN;
}

test('components of a v-for have one request, and each hears all from when it is there', async () => {
  const { Feed, heard } = createFeeds(() => server.url);
  const names = ref(['a', 'b']);
  const { shows, unmount } = mount({ render: () => names.value.map((name) => h(Feed, { name, key: name })) });
  await shows('a open b open');
  await server.publish('one');
  await until(() => heard['b']?.length === 1);
  names.value = ['b', 'c', 'd'];
  await shows('b open c open d open');
  await server.publish('two');
  await until(() => heard['d']?.length === 1);
  expect(heard).toEqual({ a: ['one'], b: ['one', 'two'], c: ['two'], d: ['two'] });
  expect([users(), (await requests()).length]).toEqual([3, 1]);
  unmount();
  expect(users()).toBe(0);
  clock.advance(1_000);
  await expect.poll(async () => (await server.look()).sockets).toBe(0);
});

test('a component that <KeepAlive> pauses is no user, and goes on where it was', async () => {
  const { Feed, heard } = createFeeds(
    () => server.url,
    () => ({ onDeactivated: 'pause' }),
  );
  const shown = ref('a');
  const page = mount({
    render: () => h(KeepAlive, null, { default: () => h(Feed, { name: shown.value, key: shown.value }) }),
  });
  await page.shows('a open');
  await server.publish('one');
  await until(() => heard['a']?.length === 1);
  shown.value = 'b';
  await page.shows('b open');
  expect([users(), (await requests()).length]).toEqual([1, 1]);
  shown.value = 'a';
  await page.shows('a open');
  expect([users(), (await requests()).length]).toEqual([1, 1]);
  await server.publish('two');
  await until(() => heard['a']?.length === 2);
  expect(heard).toEqual({ a: ['one', 'two'] });
});

test('a component that <KeepAlive> keeps goes on hearing', async () => {
  const { Feed, heard } = createFeeds(() => server.url);
  const isShown = ref(true);
  const page = mount({
    render: () => h(KeepAlive, null, { default: () => (isShown.value ? h(Feed, { name: 'a' }) : undefined) }),
  });
  await page.shows('a open');
  isShown.value = false;
  await nextTick();
  await server.publish('one');
  await until(() => heard['a']?.length === 1);
  expect([users(), (await requests()).length]).toEqual([1, 1]);
});

test('the topics of all are in one URL, and change with what they are made of', async () => {
  const topics = ref<Record<string, string[]>>({ a: ['x'], b: ['y'] });
  const { Feed, heard } = createFeeds(
    (all: readonly string[]) => `${server.url}?topics=${all.join()}`,
    (name) => ({ share: 'topics', topics: () => topics.value[name] ?? [] }),
  );
  const page = mount({ render: () => ['a', 'b'].map((name) => h(Feed, { name, key: name })) });
  await page.shows('a open b open');
  await server.publish('one');
  await until(() => heard['b']?.length === 1);
  topics.value = { a: ['x'], b: ['y', 'z'] };
  await nextTick();
  clock.advance(200);
  await expect
    .poll(async () => (await requests()).map(({ url }) => url.split('=')[1]))
    .toEqual(['x,y', 'x,y,z']);
  await page.shows('a open b open');
});

test('other URLs move all together', async () => {
  const url = ref(server.url);
  const { Feed } = createFeeds(url, () => ({ share: 'page' }));
  const page = mount({ render: () => ['a', 'b', 'c'].map((name) => h(Feed, { name, key: name })) });
  await page.shows('a open b open c open');
  url.value = `${server.url}/other`;
  await nextTick();
  await page.shows('a open b open c open');
  url.value = `${server.url}/other?token=2`;
  await nextTick();
  clock.advance(200);
  await expect.poll(async () => (await requests()).length).toBe(3);
  await quiet();
  clock.advance(1_000);
  await expect.poll(async () => (await server.look()).streams).toBe(1);
  expect(await requests()).toHaveLength(3);
});

test('components that are made anew with other options do not contradict, and one that does is reported', async () => {
  const faults: unknown[] = [];
  const options = ref({ maxRetries: 1 });
  const { Feed } = createFeeds(
    () => server.url,
    (name) => ({
      share: 'page',
      ...options.value,
      ...(name === 'odd' && { maxRetries: 9 }),
      reportError: (fault) => faults.push(fault),
    }),
  );
  const names = ref(['a', 'b']);
  const page = mount({
    render: () => names.value.map((name) => h(Feed, { name, key: name + options.value.maxRetries })),
  });
  await page.shows('a open b open');
  options.value = { maxRetries: 2 };
  await nextTick();
  await page.shows('a open b open');
  expect(faults).toEqual([]);
  names.value = ['a', 'b', 'odd'];
  await page.shows('a open b open odd open');
  expect(faults).toEqual([expect.any(TypeError)]);
  expect(String(faults[0])).toContain('`maxRetries` is 9 here, and 2 where');
});

test('a component that hydrates late shows first what the server has rendered', async () => {
  const { Feed } = createFeeds(() => server.url);
  let load = (_: Component) => {};
  const late = new Promise<Component>((resolve) => {
    load = resolve;
  });
  const page = (Late: Component) =>
    defineComponent({ render: () => h('div', [h(Feed, { name: 'a' }), h(Late, { name: 'b' })]) });
  const host = document.createElement('div');
  host.innerHTML = await renderToString(createSSRApp(page(Feed)));
  expect(host.textContent).toBe('a connecting b connecting ');
  expect([users(), await requests()]).toEqual([0, []]);
  const { shows } = mount(Feed, createSSRApp(page(defineAsyncComponent(() => late))), host);
  await shows('a open b connecting');
  load(Feed);
  await shows('a open b open');
  expect([users(), (await requests()).length]).toEqual([2, 1]);
});

import { QueryClient, useQuery, VueQueryPlugin } from '@tanstack/vue-query';
import { beforeEach, expect, test } from 'vitest';
import { computed, createApp, h, ref } from 'vue';
import { asyncDispose } from '../../../adapters/dispose.ts';
import { sseQueryOptions } from '../../../adapters/tanstack-query.ts';
import { type Connection, createConnection } from '../../../index.ts';
import { createTestClock, type TestClock } from '../../../testing/clock.ts';
import { createAnswers } from '../../support/answers.ts';
import { cleanups, server } from '../../support/remote/browser-scene.ts';
import { until } from '../../support/until.ts';

let clock: TestClock;
let connection: Connection<{ item: number }>;
let queryClient: QueryClient;
let answers: ReturnType<typeof createAnswers<number[]>>;

beforeEach(() => {
  clock = createTestClock();
  connection = createConnection<{ item: number }>(server.url, { clock, jitter: 'none', immediate: false });
  queryClient = new QueryClient();
  answers = createAnswers();
  cleanups.push(
    () => connection[asyncDispose](),
    () => queryClient.clear(),
  );
});

const items = (list: string) =>
  sseQueryOptions({
    queryKey: ['items', list],
    queryFn: answers.queryFn,
    connection,
    event: 'item',
    update: (all, { data }) => (all.includes(data) ? all : [...all, data]),
    staleTime: Infinity,
  });

/** A list that the test changes, and components that show it or not. */
function createPage() {
  const list = ref('a');
  const names = ref(['one', 'two']);
  const Item = {
    props: ['name'],
    setup(props: { name: string }) {
      const { data } = useQuery(computed(() => items(list.value)));
      return () => h('p', `${props.name}: ${data.value?.join(' ') ?? '…'}`);
    },
  };
  const app = createApp({ render: () => names.value.map((name) => h(Item, { name, key: name })) });
  const host = document.createElement('div');
  app.use(VueQueryPlugin, { queryClient }).mount(host);
  cleanups.push(() => app.unmount());
  const shown = () => [...host.querySelectorAll('p')].map((one) => one.textContent).join(', ');
  return { list, names, showing: (text: string) => until(() => shown() === text, `the text ${text}`) };
}

async function createOpenPage() {
  const page = createPage();
  await until(() => answers.waiting === 1);
  await until(() => connection.state.status === 'open');
  answers.answer([]);
  await until(() => answers.waiting === 1);
  answers.answer([1]);
  await page.showing('one: 1, two: 1');
  return page;
}

const requests = async () => (await server.look()).requests.map(({ lastEventId }) => lastEventId);

test('two components show one query, of one stream, through a drop, and are fetched when it gives up', async () => {
  const { showing } = await createOpenPage();
  await server.publish('2', 'item');
  await showing('one: 1 2, two: 1 2');
  await server.drop();
  await until(() => connection.state.status === 'backoff');
  await server.publish('3', 'item');
  clock.advanceToNext();
  await showing('one: 1 2 3, two: 1 2 3');
  expect(await requests()).toEqual(['', '1']);
  expect(answers.calls).toBe(2);

  await server.answer({ kind: 'status', code: 401 });
  await server.drop();
  await until(() => connection.state.status === 'backoff');
  clock.advanceToNext();
  await until(() => answers.waiting === 1); // it has given up
  answers.answer([7]);
  await showing('one: 7, two: 7');
});

test('the stream goes on while the key changes, and both lists hear it', async () => {
  const { list, showing } = await createOpenPage();
  list.value = 'b';
  await until(() => answers.waiting === 1);
  answers.answer([10]);
  await showing('one: 10, two: 10');
  await server.publish('2', 'item');
  await showing('one: 10 2, two: 10 2');
  list.value = 'a';
  await showing('one: 1 2, two: 1 2');
  expect(await requests()).toEqual(['']);
});

test('the stream is suspended while no component is there, and taken up again by the next', async () => {
  const { names, showing } = await createOpenPage();
  await server.publish('2', 'item');
  await showing('one: 1 2, two: 1 2');
  names.value = ['three'];
  await showing('three: 1 2');
  expect(await requests()).toEqual(['']);
  names.value = [];
  await until(async () => (await server.look()).streams === 0);
  await server.publish('3', 'item');
  names.value = ['four'];
  await showing('four: 1 2 3');
  expect(await requests()).toEqual(['', '1']);
  expect(answers.calls).toBe(2);
});

test('the state of the connection is in the meta of the query, and stays true', async () => {
  await createOpenPage();
  const [query] = queryClient.getQueryCache().getAll();
  expect(query?.meta?.['stream']).toMatchObject({ status: 'open', retries: 0 });
  await server.drop();
  await until(() => connection.state.status === 'backoff');
  expect(query?.meta?.['stream']).toMatchObject({ status: 'backoff', retries: 1 });
});

import {
  dehydrate,
  hydrate,
  QueryClient,
  QueryClientProvider,
  useQuery,
  useSuspenseQuery,
} from '@tanstack/react-query';
import { type ReactNode, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeEach, expect, test } from 'vitest';
import { asyncDispose } from '../../../adapters/dispose.ts';
import { sseQueryOptions } from '../../../adapters/tanstack-query.ts';
import { type Connection, createConnection } from '../../../index.ts';
import { createTestClock, type TestClock } from '../../../testing/clock.ts';
import { createAnswers } from '../../support/answers.ts';
import { cleanups, server } from '../../support/remote/browser-scene.ts';
import { quiet, until } from '../../support/until.ts';

let clock: TestClock;
let connection: Connection<{ item: number }>;
let client: QueryClient;
let answers: ReturnType<typeof createAnswers<number[]>>;

beforeEach(() => {
  clock = createTestClock();
  connection = createConnection<{ item: number }>(server.url, { clock, jitter: 'none', immediate: false });
  client = new QueryClient();
  answers = createAnswers();
  cleanups.push(
    () => connection[asyncDispose](),
    () => client.clear(),
  );
});

const items = () =>
  sseQueryOptions({
    queryKey: ['items'],
    queryFn: answers.queryFn,
    connection,
    event: 'item',
    update: (all, { data }) => (all.includes(data) ? all : [...all, data]),
    staleTime: Infinity,
  });

function List({ name }: { name: string }) {
  const { data } = useQuery(items());
  return <p>{`${name}: ${data?.join(' ') ?? '…'}`}</p>;
}

function Count() {
  const { data } = useSuspenseQuery({ ...items(), select: (all: number[]) => all.length });
  return <p>{`count: ${data}`}</p>;
}

function createPage() {
  const host = document.createElement('div');
  const root = createRoot(host);
  cleanups.push(() => root.unmount());
  return {
    render: (content: ReactNode) =>
      root.render(<QueryClientProvider client={client}>{content}</QueryClientProvider>),
    shown: () => [...host.querySelectorAll('p')].map((one) => one.textContent).join(', '),
    unmount: () => root.unmount(),
  };
}

const showing = (page: { shown: () => string }, text: string) =>
  until(() => page.shown() === text, `the text ${text}`);

/** Renders, and answers the first fetch, and the one that follows when the stream is open. */
async function renderAndOpen(content: ReactNode) {
  const page = createPage();
  page.render(content);
  await until(() => answers.waiting === 1);
  await until(() => connection.state.status === 'open');
  answers.answer([]);
  await until(() => answers.waiting === 1);
  answers.answer([1]);
  return page;
}

const requests = async () => (await server.look()).requests.map(({ lastEventId }) => lastEventId);

test('two components in Strict Mode show one query, of one stream', async () => {
  const page = await renderAndOpen(
    <StrictMode>
      <List name="a" />
      <List name="b" />
    </StrictMode>,
  );
  await showing(page, 'a: 1, b: 1');
  await server.publish('2', 'item');
  await showing(page, 'a: 1 2, b: 1 2');
  expect(await requests()).toEqual(['']);
  expect(answers.calls).toBe(2);
});

test('a component that suspends, and selects, shows what comes once it is there', async () => {
  const page = createPage();
  page.render(
    <Suspense fallback={<p>loading</p>}>
      <Count />
    </Suspense>,
  );
  await showing(page, 'loading');
  await until(() => answers.waiting === 1);
  expect(connection.state.status).toBe('closed');
  answers.answer([]);
  await showing(page, 'count: 0');
  await until(() => answers.waiting === 1); // the stream is open
  answers.answer([1]);
  await showing(page, 'count: 1');
  await server.publish('2', 'item');
  await showing(page, 'count: 2');
});

test('nothing is lost through a drop, a 503, and a refetch in the middle of a burst', async () => {
  const page = await renderAndOpen(<List name="a" />);
  await server.publish('2', 'item');
  await showing(page, 'a: 1 2');
  await server.answer({ kind: 'status', code: 503 }, { kind: 'stream' });
  await server.drop();
  await until(() => connection.state.status === 'backoff');
  await server.publish('3', 'item');
  clock.advanceToNext();
  await until(() => connection.state.retries === 2);
  clock.advanceToNext();
  await showing(page, 'a: 1 2 3');

  void client.refetchQueries();
  await server.publish('4', 'item');
  await showing(page, 'a: 1 2 3 4');
  answers.answer([1, 2, 3]);
  await server.publish('5', 'item');
  await showing(page, 'a: 1 2 3 4 5');
  expect(answers.calls).toBe(3);
});

test('the stream is suspended while no component is there, and taken up again by the next', async () => {
  const page = await renderAndOpen(<List name="a" />);
  await server.publish('2', 'item');
  await showing(page, 'a: 1 2');
  page.render(<List key="other page" name="b" />);
  await showing(page, 'b: 1 2');
  expect(await requests()).toEqual(['']);

  page.render(null);
  await until(() => connection.state.status === 'closed');
  await until(async () => (await server.look()).streams === 0);
  await server.publish('3', 'item');
  page.render(<List name="c" />);
  await showing(page, 'c: 1 2 3');
  expect(await requests()).toEqual(['', '1']);
  expect(answers.calls).toBe(2);
});

test('a cache from storage is shown at once, followed, and fetched when the stream is open', async () => {
  const before = new QueryClient();
  before.setQueryData(['items'], [1]);
  hydrate(client, JSON.parse(JSON.stringify(dehydrate(before))));
  const page = createPage();
  page.render(<List name="a" />);
  await showing(page, 'a: 1');
  await until(() => connection.state.status === 'open');
  await until(() => answers.waiting === 1);
  await server.publish('3', 'item');
  await showing(page, 'a: 1 3');
  answers.answer([1, 2]);
  await showing(page, 'a: 1 2 3');
  await quiet();
  expect(answers.calls).toBe(1);
});

import { type ReactNode, StrictMode, Suspense } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { beforeEach, expect, test } from 'vitest';
import { usersOf } from '../../../adapters/inspection.ts';
import {
  type ServerSentEventsOptions,
  type UseServerSentEventsResult,
  useServerSentEvents,
} from '../../../adapters/react.ts';
import { createConnection } from '../../../index.ts';
import { createTestClock, type TestClock } from '../../../testing/clock.ts';
import { cleanups, server } from '../../support/remote/browser-scene.ts';
import { quiet, until } from '../../support/until.ts';

let clock: TestClock;

beforeEach(() => {
  clock = createTestClock();
});

type Url = Parameters<typeof useServerSentEvents>[0];

interface FeedProps {
  name: string;
  url?: Url;
  options?: ServerSentEventsOptions;
}

/** Components that share: what each one shows, and has heard. */
function createFeeds() {
  const heard: Record<string, unknown[]> = {};
  const last: Record<string, UseServerSentEventsResult> = {};
  function Feed({ name, url = server.url, options = {} }: FeedProps) {
    const result = useServerSentEvents(url, {
      clock,
      jitter: 'none',
      share: true,
      onMessage: ({ data }) => {
        heard[name] = [...(heard[name] ?? []), data];
      },
      ...options,
    });
    last[name] = result;
    return <i>{`${name} ${result.status} `}</i>;
  }
  return { Feed, heard, last };
}

function createPage() {
  const host = document.createElement('div');
  const root = createRoot(host);
  cleanups.push(() => {
    root.unmount();
    clock.advance(1_000);
    expect(clock.pending).toBe(0);
  });
  return {
    host,
    unmount: () => flushSync(() => root.unmount()),
    render: (node: ReactNode) => flushSync(() => root.render(node)),
    shows: (text: string) => until(() => host.textContent?.trim() === text, text),
  };
}

const requests = async () => (await server.look()).requests;

/** How many use the connection to the URL, besides the one that asks. */
function users(options: ServerSentEventsOptions = {}): number {
  const connection = createConnection(server.url, {
    clock,
    jitter: 'none',
    share: true,
    ...options,
    immediate: false,
  });
  return usersOf(connection.actor) ?? Number.NaN;
}

test('components that name the same have one request, in Strict Mode too, and each hears all', async () => {
  const { Feed, heard, last } = createFeeds();
  const page = createPage();
  page.render(
    <StrictMode>
      <Feed name="a" />
      <Feed name="b" />
    </StrictMode>,
  );
  await page.shows('a open b open');
  await server.publish('one');
  await until(() => last['a']?.data === 'one' && last['b']?.data === 'one');
  page.render(
    <StrictMode>
      <Feed name="a" />
      <Feed name="b" />
      <Feed name="c" />
    </StrictMode>,
  );
  await page.shows('a open b open c open');
  expect(last['c']?.data).toBeUndefined();
  await server.publish('two');
  await until(() => last['c']?.data === 'two' && last['a']?.data === 'two');
  expect(heard).toEqual({ a: ['one', 'two'], b: ['one', 'two'], c: ['two'] });
  await quiet();
  expect(await requests()).toHaveLength(1);
  page.unmount();
  clock.advance(1_000);
  await expect.poll(async () => (await server.look()).sockets).toBe(0);
});

test('a navigation within the linger costs no request, and after it there is no socket', async () => {
  const { Feed } = createFeeds();
  const page = createPage();
  page.render(<Feed name="a" key="a" />);
  await page.shows('a open');
  page.render(<p />);
  clock.advance(999);
  page.render(<Feed name="b" key="b" />);
  await page.shows('b open');
  clock.advance(60_000);
  expect(await requests()).toHaveLength(1);
  page.render(<p />);
  clock.advance(1_000);
  await expect.poll(async () => (await server.look()).sockets).toBe(0);
});

test('close() of one is its own', async () => {
  const { Feed, last } = createFeeds();
  const page = createPage();
  page.render([<Feed name="a" key="a" />, <Feed name="b" key="b" />]);
  await page.shows('a open b open');
  flushSync(() => last['a']?.close());
  await page.shows('a closed b open');
  expect(last['a']?.closeReason).toBe('app');
  flushSync(() => last['a']?.open());
  await page.shows('a open b open');
  expect(await requests()).toHaveLength(1);
});

test('a render that is thrown away counts for nothing', async () => {
  const { Feed } = createFeeds();
  let arrive = (_: null) => {};
  let data: null | undefined;
  const arriving = new Promise<null>((resolve) => {
    arrive = resolve;
  }).then((value) => {
    data = value;
  });
  function Late() {
    useServerSentEvents(server.url, { clock, jitter: 'none', share: true });
    if (data === undefined) throw arriving;
    return <i>late</i>;
  }
  const page = createPage();
  page.render(
    <Suspense fallback={<b />}>
      <Late />
      <Feed name="a" />
    </Suspense>,
  );
  await quiet();
  expect([users(), await requests()]).toEqual([0, []]);
  arrive(null);
  await page.shows('latea open');
  expect([users(), (await requests()).length]).toEqual([2, 1]);
});

test('other props move all together: to another path, another name, and with other options', async () => {
  const { Feed, heard } = createFeeds();
  const page = createPage();
  const show = (url: string, options: ServerSentEventsOptions) =>
    page.render(['a', 'b', 'c'].map((name) => <Feed key={name} {...{ name, url, options }} />));
  show(server.url, { share: 'page' });
  await page.shows('a open b open c open');
  await server.publish('one');
  await until(() => heard['c']?.length === 1);
  show(server.url, { share: 'page', events: ['note'] }); // which each user has for itself
  await page.shows('a open b open c open');
  show(`${server.url}/other`, { share: 'page', events: ['note'] });
  await until(() => heard['c']?.length === 2); // the log has one event, for every path
  await page.shows('a open b open c open');
  show(`${server.url}/other`, { share: 'another', events: ['note'] });
  await page.shows('a open b open c open');
  clock.advance(1_000);
  await expect.poll(async () => (await server.look()).streams).toBe(1);
  expect((await requests()).map(({ lastEventId }) => lastEventId)).toEqual(['', '', '1']);
});

test('options that contradict are reported once, and both are served', async () => {
  const { Feed } = createFeeds();
  const page = createPage();
  const faults: unknown[] = [];
  const reportError = (fault: unknown) => void faults.push(fault);
  page.render([
    <Feed key="a" name="a" options={{ reportError }} />,
    <Feed key="b" name="b" options={{ reportError, maxRetries: 3 }} />,
  ]);
  await page.shows('a open b open');
  expect(faults).toEqual([expect.any(TypeError)]);
  expect(String(faults[0])).toContain('`maxRetries` is 3 here, and 8 where');
});

test('components that are made anew with other options, or come as others change theirs, do not contradict', async () => {
  const { Feed } = createFeeds();
  const page = createPage();
  const faults: unknown[] = [];
  const show = (names: string[], maxRetries: number, key: string) =>
    page.render(
      names.map((name) => (
        <Feed
          key={name + key}
          name={name}
          options={{
            share: 'page',
            maxRetries,
            events: [`${maxRetries}`],
            reportError: (fault) => faults.push(fault),
          }}
        />
      )),
    );
  show(['a', 'b'], 1, 'first');
  await page.shows('a open b open');
  show(['a', 'b'], 2, 'second');
  await page.shows('a open b open');
  show(['c', 'a', 'b'], 3, 'second');
  await page.shows('c open a open b open');
  clock.advance(1_000);
  await expect.poll(async () => (await server.look()).streams).toBe(1);
  expect([faults, (await requests()).length]).toEqual([[], 3]);
});

test('the topics of all are in one URL, and change with the props', async () => {
  const { Feed, last } = createFeeds();
  const page = createPage();
  const url = (topics: readonly string[]) => `${server.url}?topics=${topics.join()}`;
  const names = ['a', 'b', 'c'];
  const show = (...all: string[][]) =>
    page.render(
      all.map((topics, at) => (
        <Feed
          key={names[at]}
          name={`${names[at]}`}
          url={(of) => url(of)}
          options={{ share: 'topics', topics }}
        />
      )),
    );
  show(['b'], ['a']);
  await page.shows('a open b open');
  await server.publish('one');
  await until(() => last['b']?.data === 'one');
  show(['b'], ['a'], ['b']);
  clock.advance(1_000);
  await page.shows('a open b open c open');
  show(['b'], ['c', 'a'], ['b']);
  clock.advance(200);
  await expect
    .poll(async () => (await requests()).map(({ url }) => url.split('=')[1]))
    .toEqual(['a,b', 'a,b,c']);
  await expect.poll(async () => (await server.look()).streams).toBe(1);
  await page.shows('a open b open c open');
});

test('what a connection asks for, it asks of a component that is there', async () => {
  const { Feed } = createFeeds();
  const page = createPage();
  const show = (token: string, ...names: string[]) =>
    page.render(
      names.map((name) => (
        <Feed key={name} name={name} options={{ headers: { 'x-token': `${name} ${token}` } }} />
      )),
    );
  show('1', 'a', 'b');
  await page.shows('a open b open');
  show('2', 'b');
  await server.drop();
  await page.shows('b backoff');
  clock.advance(1_000);
  await page.shows('b open');
  expect((await requests()).map(({ headers }) => headers['x-token'])).toEqual(['a 1', 'b 2']);
});

import { useMachine } from '@xstate/react';
import { Component, type ReactNode, StrictMode, useLayoutEffect } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server.browser';
import { describe, expect, test, vi } from 'vitest';
import { asyncDispose } from '../../../adapters/dispose.ts';
import {
  type ServerSentEventsOptions,
  type UseServerSentEventsResult,
  useConnection,
  useServerSentEvents,
} from '../../../adapters/react.ts';
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

const errors = expectSilence('error');

function render(node: ReactNode) {
  const host = document.createElement('div');
  const root = createRoot(host);
  cleanups.push(() => root.unmount());
  root.render(node);
  return { host, root };
}

/** A component that shows what the hook returns and keeps every result for the test. */
function createFeed<Data = unknown>() {
  const results: UseServerSentEventsResult<Record<string, Data>>[] = [];
  const received: Message<Data>[] = [];
  function Feed({
    url,
    options = {},
  }: {
    url: string | null;
    options?: ServerSentEventsOptions<Record<string, Data>>;
  }) {
    const result = useServerSentEvents<Record<string, Data>>(url, {
      ...quick,
      onMessage: (message) => received.push(message),
      ...options,
    });
    results.push(result);
    return <output>{result.status}</output>;
  }
  return {
    Feed,
    results,
    received,
    get last() {
      const result = results.at(-1);
      if (!result) throw new Error('The component has not rendered yet.');
      return result;
    },
    get statuses() {
      return results.map(({ status }) => status).filter((status, at, all) => status !== all[at - 1]);
    },
  };
}

const noSockets = () =>
  expect.poll(async () => (await server.look()).sockets, { message: 'sockets at the server' }).toBe(0);

test('a restart of the server is survived, nothing is lost or doubled, the budget becomes whole', async () => {
  const feed = createFeed();
  const { host } = render(<feed.Feed url={server.url} />);
  await until(() => host.textContent === 'open');
  await server.publish('one');
  await until(() => feed.received.length === 1);

  const failing = { kind: 'status', code: 500 } as const;
  await server.answer(failing, failing, failing, { kind: 'stream' });
  await server.drop();
  await server.publish('two', 'note');
  await until(() => feed.received.length === 2);
  await until(() => feed.last.retries === 0);
  await server.publish('three');
  await until(() => feed.received.length === 3);
  await until(() => feed.last.data === 'three');

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
  expect(Math.max(...feed.results.map(({ retries }) => retries))).toBe(4);
  expect(feed.last).toMatchObject({ data: 'three', event: 'message', lastEventId: '3', error: null });
});

test('Strict Mode sends one request per mount, and an unmount leaves no socket', async () => {
  for (let mount = 1; mount <= 3; mount += 1) {
    const feed = createFeed();
    const { host, root } = render(
      <StrictMode>
        <feed.Feed url={server.url} />
      </StrictMode>,
    );
    await until(() => host.textContent === 'open');
    await quiet();
    expect((await server.look()).requests).toHaveLength(mount);
    root.unmount();
    await noSockets();
  }
});

test.each([401, 403, 404])('%i sends one request and fails', async (code) => {
  await server.answer({ kind: 'status', code });
  const feed = createFeed();
  const { host } = render(<feed.Feed url={server.url} />);
  await until(() => host.textContent === 'failed');
  await quiet(100);
  expect((await server.look()).requests).toHaveLength(1);
  expect(feed.last.error).toMatchObject({ name: 'ConnectionError', status: code });
  await server.answer({ kind: 'stream' });
  feed.last.reconnect();
  await until(() => host.textContent === 'open');
});

test('a new URL in backoff leaves one connection; a new callback or header leaves it as it is', async () => {
  const other = await startRemoteSseServer();
  cleanups.push(() => other.stop());
  await server.answer({ kind: 'status', code: 503 });
  const feed = createFeed();
  const { host, root } = render(
    <feed.Feed url={server.url} options={{ retryDelay: 2_000, maxRetryDelay: 2_000, jitter: 'none' }} />,
  );
  await until(() => host.textContent === 'backoff');
  root.render(<feed.Feed url={other.url} />);
  await until(() => host.textContent === 'open');
  await quiet(600); // turns of 4 ms: the old one would have tried again
  expect((await server.look()).requests).toHaveLength(1);
  expect(await other.look()).toMatchObject({ streams: 1, sockets: 1 });

  const heard: unknown[] = [];
  const onMessage = ({ data }: Message) => heard.push(data);
  root.render(<feed.Feed url={other.url} options={{ onMessage, headers: { 'x-render': 'second' } }} />);
  await quiet();
  await other.publish('to the new callback');
  await until(() => heard.length === 1);
  expect((await other.look()).requests).toHaveLength(1);
  await other.drop();
  await expect.poll(async () => (await other.look()).requests[1]?.headers['x-render']).toBe('second');
});

test('the commands are for the connection of the latest URL', async () => {
  const other = await startRemoteSseServer();
  cleanups.push(() => other.stop());
  const feed = createFeed();
  const { host, root } = render(<feed.Feed url={server.url} />);
  await until(() => host.textContent === 'open');
  const old = feed.last;
  root.render(<feed.Feed url={other.url} />);
  await expect.poll(async () => (await other.look()).streams).toBe(1);
  await until(() => host.textContent === 'open');
  old.open();
  old.reconnect();
  feed.last.close();
  await until(() => host.textContent === 'closed');
  await noSockets();
  expect((await other.look()).requests).toHaveLength(1);
  feed.last.open();
  await until(() => host.textContent === 'open');
  expect((await other.look()).requests).toHaveLength(2);
  expect((await server.look()).requests).toHaveLength(1);
});

test('a component can open its connection before it is painted', async () => {
  function Eager() {
    const { status, open } = useServerSentEvents(server.url, { ...quick, immediate: false });
    useLayoutEffect(open, [open]);
    return <output>{status}</output>;
  }
  const { host } = render(<Eager />);
  await until(() => host.textContent === 'open');
});

test('a refresh that throws is reported, and to the window when nobody else is named', async () => {
  const reports = vi.spyOn(globalThis, 'reportError').mockImplementation(() => {});
  cleanups.push(() => reports.mockRestore());
  await server.answer({ kind: 'status', code: 401 });
  const fault = new Error('no more tokens');
  const refresh = () => {
    throw fault;
  };
  const feed = createFeed();
  const { host } = render(<feed.Feed url={server.url} options={{ refresh }} />);
  await until(() => host.textContent === 'failed');
  expect(reports).toHaveBeenCalledOnce();
  expect(reports.mock.calls[0]?.[0]).toMatchObject({ name: 'ConnectionError', cause: fault });
});

test('options that change together with the URL are those of the new connection', async () => {
  const feed = createFeed();
  const { host, root } = render(<feed.Feed url={null} options={{ events: ['alpha'] }} />);
  await until(() => host.textContent === 'closed');
  root.render(<feed.Feed url={server.url} options={{ events: ['beta'], method: 'POST' }} />);
  await until(() => host.textContent === 'open');
  await server.publish('for the old one', 'alpha');
  await server.publish('for the new one', 'beta');
  await until(() => feed.received.length === 1);
  expect(feed.received[0]).toMatchObject({ event: 'beta', data: 'for the new one' });
  expect((await server.look()).requests.map(({ method }) => method)).toEqual(['POST']);
});

test('other names of events make a connection that goes on after the last event; the same names do not', async () => {
  const feed = createFeed();
  const { host, root } = render(
    <feed.Feed url={server.url} options={{ events: ['alpha'], closeOn: 'alpha' }} />,
  );
  await until(() => host.textContent === 'open');
  await server.publish('not asked for', 'beta');
  await until(() => feed.last.lastEventId === '1');
  for (let time = 0; time < 3; time += 1) {
    root.render(<feed.Feed url={server.url} options={{ events: ['alpha'], closeOn: 'alpha' }} />);
    await quiet();
  }
  expect((await server.look()).requests).toHaveLength(1);

  root.render(<feed.Feed url={server.url} options={{ events: ['alpha', 'beta'], maxRetries: 3 }} />);
  await expect.poll(async () => (await server.look()).requests.length).toBe(2);
  await until(() => feed.last.status === 'open');
  await server.publish('asked for', 'beta');
  await until(() => feed.received.length === 1);
  expect(feed.received).toEqual([{ event: 'beta', data: 'asked for', id: '2' }]);
  await expect.poll(async () => (await server.look()).sockets).toBe(1);
  const { requests } = await server.look();
  expect(requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);

  root.render(
    <feed.Feed url={server.url} options={{ events: ['alpha', 'beta'], maxRetries: 4, history: 2 }} />,
  );
  await quiet();
  expect((await server.look()).requests).toHaveLength(2);
});

test('the refresh is that of the latest render', async () => {
  const feed = createFeed();
  const refreshed: string[] = [];
  const { host, root } = render(
    <feed.Feed url={server.url} options={{ refresh: () => refreshed.push('first') }} />,
  );
  await until(() => host.textContent === 'open');
  root.render(<feed.Feed url={server.url} options={{ refresh: () => refreshed.push('second') }} />);
  await quiet();
  await server.answer({ kind: 'status', code: 401 }, { kind: 'stream' });
  await server.drop();
  await until(() => refreshed.length === 1 && host.textContent === 'open');
  expect(refreshed).toEqual(['second']);
});

describe('the functions among the options', () => {
  function createCounted() {
    const feed = createFeed();
    const called: string[] = [];
    const optionsOf = (render: string): ServerSentEventsOptions => ({
      method: 'POST',
      retryUnsafe: true,
      // Without it, WebKit takes a stream that is cut for one that is over.
      closeOn: 'done',
      body: () => `the body of the ${render}`,
      fetch: (...request) => {
        called.push(`fetch of the ${render}`);
        return fetch(...request);
      },
      parse: (text) => {
        if (text === 'not to be read') throw new Error(text);
        return `${text}, read by the ${render}`;
      },
      jitter: () => {
        called.push(`jitter of the ${render}`);
        return 0;
      },
      reportError: () => called.push(`report to the ${render}`),
    });
    return { feed, called, optionsOf };
  }

  async function renderTwice(second: (optionsOf: (render: string) => ServerSentEventsOptions) => object) {
    const { feed, called, optionsOf } = createCounted();
    const { host, root } = render(<feed.Feed url={server.url} options={optionsOf('first')} />);
    await until(() => host.textContent === 'open');
    root.render(<feed.Feed url={server.url} options={second(optionsOf)} />);
    await quiet();
    await server.publish('one');
    await server.publish('not to be read');
    await until(() => called.length === 2);
    await server.drop();
    await until(() => called.length === 4);
    await expect.poll(async () => (await server.look()).requests.length).toBe(2);
    const { requests } = await server.look();
    return { called, data: feed.received.map(({ data }) => data), bodies: requests.map(({ body }) => body) };
  }

  test('are those of the latest render', async () => {
    expect(await renderTwice((optionsOf) => optionsOf('second'))).toEqual({
      called: ['fetch of the first', 'report to the second', 'jitter of the second', 'fetch of the second'],
      data: ['one, read by the second'],
      bodies: ['the body of the first', 'the body of the second'],
    });
  });

  test('stay those of the first render when a later one leaves them out', async () => {
    expect(
      await renderTwice(() => ({ parse: 'text', jitter: 'none', body: 'a new body', closeOn: 'done' })),
    ).toEqual({
      called: ['fetch of the first', 'report to the first', 'jitter of the first', 'fetch of the first'],
      data: ['one, read by the first'],
      bodies: ['the body of the first', 'a new body'],
    });
  });
});

test('a message that nobody listens to is shown all the same', async () => {
  function Feed() {
    const { status, data } = useServerSentEvents<{ message: string }>(server.url, quick);
    return <output>{data ?? status}</output>;
  }
  const { host } = render(<Feed />);
  await until(() => host.textContent === 'open');
  await server.publish('one');
  await until(() => host.textContent === 'one');
});

test('a URL object with the same address makes no new connection; nothing new is the same result', async () => {
  const results: UseServerSentEventsResult[] = [];
  function Feed() {
    const result = useServerSentEvents(new URL(server.url), quick);
    results.push(result);
    return <output>{result.status}</output>;
  }
  const { host, root } = render(<Feed />);
  await until(() => host.textContent === 'open');
  const before = results.length;
  root.render(<Feed />);
  await until(() => results.length > before);
  expect(results.at(-1)).toBe(results[before - 1]);
  expect(results.at(-1)?.open).toBe(results[0]?.open);
  expect((await server.look()).requests).toHaveLength(1);
});

test('a command that comes after the unmount opens nothing', async () => {
  const feed = createFeed();
  const { host, root } = render(<feed.Feed url={server.url} />);
  await until(() => host.textContent === 'open');
  root.unmount();
  feed.last.reconnect();
  feed.last.open();
  await noSockets();
  expect((await server.look()).requests).toHaveLength(1);
});

test('a URL that differs in its query is the same connection: nothing is lost, reset, or shown to reconnect', async () => {
  const feed = createFeed();
  const { host, root } = render(<feed.Feed url={`${server.url}?token=a`} />);
  await until(() => host.textContent === 'open');
  await server.publish('one');
  await until(() => feed.last.data === 'one');
  for (const token of ['b', 'c', 'd']) {
    const before = (await server.look()).requests.length;
    root.render(<feed.Feed url={`${server.url}?token=${token}`} />);
    await server.publish(`while ${token} comes`);
    await expect.poll(async () => (await server.look()).requests.length).toBe(before + 1);
    await expect.poll(async () => (await server.look()).streams).toBe(1);
    await server.publish(`after ${token}`);
    await until(() => feed.received.at(-1)?.data === `after ${token}`);
  }
  expect(feed.received.map(({ data }) => data)).toEqual([
    'one',
    ...['b', 'c', 'd'].flatMap((token) => [`while ${token} comes`, `after ${token}`]),
  ]);
  expect(feed.statuses).toEqual(['connecting', 'open']);
  const { requests } = await server.look();
  expect(requests.map(({ url }) => url)).toEqual(
    ['a', 'b', 'c', 'd'].map((token) => `/events?token=${token}`),
  );
  expect(requests.slice(1).every(({ lastEventId }) => lastEventId !== '')).toBe(true);
  const data = feed.results.map((result) => result.data);
  expect(data.slice(data.indexOf('one'))).not.toContain(undefined);
});

test('no URL for a while keeps what is shown, and the event to resume after', async () => {
  const feed = createFeed();
  const { host, root } = render(<feed.Feed url={server.url} options={{ history: 5 }} />);
  await until(() => host.textContent === 'open');
  await server.publish('one');
  await until(() => feed.last.data === 'one');
  root.render(<feed.Feed url={null} options={{ history: 5 }} />);
  await until(() => host.textContent === 'closed');
  await noSockets();
  await server.publish('meanwhile');
  expect(feed.last).toMatchObject({ data: 'one', history: [{ data: 'one' }], lastEventId: '1' });
  feed.last.open();
  feed.last.reconnect();
  await quiet();
  expect((await server.look()).requests).toHaveLength(1);
  root.render(<feed.Feed url={server.url} options={{ history: 5 }} />);
  await until(() => feed.last.data === 'meanwhile');
  expect(feed.last.history.map(({ data }) => data)).toEqual(['one', 'meanwhile']);
  expect((await server.look()).requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
});

test('what the app has closed stays closed for another query; what the server has ended begins anew', async () => {
  await server.answer({ kind: 'status', code: 204 }, { kind: 'stream' });
  const feed = createFeed();
  const { host, root } = render(<feed.Feed url={`${server.url}?q=1`} />);
  await until(() => host.textContent === 'closed' && feed.last.closeReason === 'ended');
  root.render(<feed.Feed url={`${server.url}?q=2`} />);
  await until(() => host.textContent === 'open');
  feed.last.close();
  await until(() => host.textContent === 'closed');
  root.render(<feed.Feed url={`${server.url}?q=3`} />);
  await quiet();
  expect([host.textContent, (await server.look()).requests.length]).toEqual(['closed', 2]);
});

test('no URL is idle; one that comes later connects; one that goes away disconnects', async () => {
  const feed = createFeed();
  const { host, root } = render(<feed.Feed url={null} />);
  await until(() => host.textContent === 'closed');
  feed.last.reconnect();
  root.render(<feed.Feed url={server.url} />);
  await until(() => host.textContent === 'open');
  root.render(<feed.Feed url={null} />);
  await until(() => host.textContent === 'closed');
  await noSockets();
  expect((await server.look()).requests).toHaveLength(1);
});

test('immediate: false waits for open(), and a closed connection stays closed until then', async () => {
  const feed = createFeed();
  const { host } = render(<feed.Feed url={server.url} options={{ immediate: false }} />);
  await until(() => host.textContent === 'closed');
  await quiet();
  expect((await server.look()).requests).toHaveLength(0);
  feed.last.open();
  await until(() => host.textContent === 'open');
  feed.last.close();
  await until(() => host.textContent === 'closed');
  await noSockets();
  expect(feed.last.closeReason).toBe('app');
});

test('history keeps the last messages and counts the rest; a burst costs far fewer renders than messages', async () => {
  const feed = createFeed<number>();
  const { host } = render(<feed.Feed url={server.url} options={{ history: 3 }} />);
  await until(() => host.textContent === 'open');
  const before = feed.results.length;
  await server.write(Array.from({ length: 10_000 }, (_, index) => `data: ${index}\n\n`).join(''));
  await until(() => feed.received.length === 10_000);
  await until(() => feed.last.data === 9_999);
  expect(feed.received.map(({ data }) => data)).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
  expect(feed.last.history.map(({ data }) => data)).toEqual([9_997, 9_998, 9_999]);
  expect(feed.last.dropped).toBe(9_997);
  expect(feed.results.length - before).toBeLessThan(50);
});

test('messages that keep coming render at most once a frame; every one is heard, and the last one is shown', async () => {
  const feed = createFeed<number>();
  const { host } = render(<feed.Feed url={server.url} options={{ history: Infinity }} />);
  await until(() => host.textContent === 'open');
  const { counts, stop } = perFrame(() => feed.results.length);
  for (let index = 0; index < 200; index += 1) await server.write(`data: ${index}\n\n`);
  await until(() => feed.last.data === 199);
  stop();
  const all = Array.from({ length: 200 }, (_, index) => index);
  expect(feed.received.map(({ data }) => data)).toEqual(all);
  expect(feed.last.history.map(({ data }) => data)).toEqual(all);
  expect(Math.max(...counts)).toBe(1);
});

test('a message with the same payload as the one before renders all the same', async () => {
  const feed = createFeed();
  const { host } = render(<feed.Feed url={server.url} />);
  await until(() => host.textContent === 'open');
  await server.write('data: same\n\n');
  await until(() => feed.last.data === 'same');
  const before = feed.results.length;
  await server.write('data: same\n\n');
  await until(() => feed.results.length === before + 1);
});

test('a signal closes the connection, and is listened to only while the component is there', async () => {
  const { signal, listeners, abort } = createWatchedController();
  const gone = createFeed();
  const first = render(
    <StrictMode>
      <gone.Feed url={server.url} options={{ signal }} />
    </StrictMode>,
  );
  await until(() => first.host.textContent === 'open');
  expect(listeners.size).toBe(1);
  first.root.unmount();
  await until(() => listeners.size === 0);

  const feed = createFeed();
  const { host } = render(
    <StrictMode>
      <feed.Feed url={server.url} options={{ signal }} />
    </StrictMode>,
  );
  await until(() => host.textContent === 'open');
  abort();
  await until(() => host.textContent === 'closed');
  feed.last.open();
  await noSockets();
  expect([feed.last.status, feed.last.error, listeners.size]).toEqual(['closed', null, 0]);
  expect((await server.look()).requests).toHaveLength(2);

  const late = createFeed();
  render(<late.Feed url={server.url} options={{ signal }} />);
  await until(() => late.results.length > 0);
  expect(late.statuses).toEqual(['closed']);
});

test('useConnection shows a connection that was made elsewhere, and leaves it open', async () => {
  const connection = createConnection<{ note: string }>(server.url, { ...quick, events: ['note'] });
  cleanups.push(() => connection[asyncDispose]());
  function Badge() {
    const { status, data } = useConnection(connection);
    return <output>{`${status} ${data}`}</output>;
  }
  const first = render(<Badge />);
  const second = render(
    <StrictMode>
      <Badge />
    </StrictMode>,
  );
  await until(() => first.host.textContent === 'open undefined');
  await server.publish('hello', 'note');
  await until(() => first.host.textContent === 'open hello' && second.host.textContent === 'open hello');
  first.root.unmount();
  second.root.unmount();
  await quiet();
  expect(connection.state.status).toBe('open');
  expect((await server.look()).requests).toHaveLength(1);
});

test('useConnection follows the connection that it is given, and is idle without one', async () => {
  const create = (room: string) => {
    const connection = createConnection(`${server.url}?${room}`, { ...quick, immediate: false });
    cleanups.push(() => connection[asyncDispose]());
    return connection;
  };
  const [first, second] = [create('first'), create('second')];
  const results: UseServerSentEventsResult[] = [];
  function Badge({ of, history }: { of?: typeof first; history: number }) {
    const result = useConnection(of, { history });
    results.push(result);
    return <output>{result.status}</output>;
  }
  const { host, root } = render(<Badge history={1} />);
  await until(() => host.textContent === 'closed');
  results.at(-1)?.open();
  root.render(<Badge of={first} history={1} />);
  first.open();
  await until(() => host.textContent === 'open');
  await server.publish('one');
  await until(() => results.at(-1)?.history.length === 1);
  const before = results.length;
  root.render(<Badge of={first} history={1} />);
  await until(() => results.length > before);
  expect(results.at(-1)).toBe(results[before - 1]);
  root.render(<Badge of={first} history={0} />);
  await until(() => results.at(-1)?.history.length === 0);
  root.render(<Badge of={second} history={1} />);
  await until(() => host.textContent === 'closed');
  results.at(-1)?.open();
  await until(() => host.textContent === 'open');
  expect((await server.look()).requests.map(({ url }) => url)).toEqual(['/events?first', '/events?second']);
});

test('onGap hears that the server has lost events, through the latest callback or else the first', async () => {
  const headers = { 'content-type': 'text/event-stream', 'last-event-id': '9' };
  const stall = { kind: 'stall' } as const;
  const lossy = { kind: 'status', code: 200, headers } as const;
  await server.answer(stall, lossy, stall, lossy, stall);
  const gaps: unknown[] = [];
  function Feed({ name }: { name?: string }) {
    useServerSentEvents(server.url, {
      ...quick,
      lastEventId: '7',
      ...(name && { onGap: (gap) => gaps.push([name, gap]) }),
    });
    return null;
  }
  const requests = (count: number) =>
    expect.poll(async () => (await server.look()).requests.length).toBe(count);

  const { root } = render(<Feed name="first" />);
  await requests(1);
  root.render(<Feed name="second" />);
  await quiet();
  await server.drop();
  await until(() => gaps.length === 1);
  await requests(3);
  root.render(<Feed />);
  await quiet();
  await server.drop();
  await until(() => gaps.length === 2);
  const gap = { reason: 'server', lastEventId: '7', resumedAfter: '9' };
  expect(gaps).toEqual([
    ['second', gap],
    ['first', gap],
  ]);
});

test('onResponse sees each answer, through the latest callback or else the first', async () => {
  const refusal = { kind: 'status', code: 503 } as const;
  const stall = { kind: 'stall' } as const;
  await server.answer(stall, refusal, stall, refusal, stall);
  const seen: unknown[] = [];
  function Feed({ name }: { name?: string }) {
    useServerSentEvents(server.url, {
      ...quick,
      ...(name && { onResponse: ({ status }) => seen.push([name, status]) }),
    });
    return null;
  }
  const requests = (count: number) =>
    expect.poll(async () => (await server.look()).requests.length).toBe(count);

  const { root } = render(<Feed name="first" />);
  await requests(1);
  root.render(<Feed name="second" />);
  await quiet();
  await server.drop();
  await until(() => seen.length === 1);
  await requests(3);
  root.render(<Feed />);
  await quiet();
  await server.drop();
  await until(() => seen.length === 2);
  expect(seen).toEqual([
    ['second', 503],
    ['first', 503],
  ]);
});

describe('on a server', () => {
  test('nothing is opened, and the page hydrates without a mismatch', async () => {
    const feed = createFeed();
    const page = <feed.Feed url={server.url} />;
    const host = document.createElement('div');
    host.innerHTML = renderToString(page);
    expect(host.textContent).toBe('connecting');
    await quiet();
    expect((await server.look()).requests).toHaveLength(0);

    const mismatches: unknown[] = [];
    const root = hydrateRoot(host, page, { onRecoverableError: (error) => mismatches.push(error) });
    cleanups.push(() => root.unmount());
    await until(() => host.textContent === 'open');
    expect(mismatches).toEqual([]);
  });

  test('a connection from elsewhere hydrates too, although it is already open', async () => {
    const connection = createConnection(server.url, { ...quick, immediate: false });
    cleanups.push(() => connection[asyncDispose]());
    function Badge() {
      return <output>{useConnection(connection).status}</output>;
    }
    const host = document.createElement('div');
    host.innerHTML = renderToString(<Badge />);
    connection.open();
    await until(() => connection.state.status === 'open');
    const mismatches: unknown[] = [];
    const root = hydrateRoot(host, <Badge />, { onRecoverableError: (error) => mismatches.push(error) });
    cleanups.push(() => root.unmount());
    await until(() => host.textContent === 'open');
    expect(mismatches).toEqual([]);
  });
});

test('an option that is none is thrown in render, for the nearest error boundary', async () => {
  class Boundary extends Component<{ children: ReactNode }, { message?: string }> {
    override state: { message?: string } = {};
    static getDerivedStateFromError = (error: Error) => ({ message: error.message });
    override render = () => this.state.message ?? this.props.children;
  }
  errors.mockImplementation(() => {}); // React logs what a boundary catches
  const feed = createFeed();
  const { host } = render(
    <Boundary>
      <feed.Feed url={server.url} options={{ maxRetries: -1 }} />
    </Boundary>,
  );
  await until(() => host.textContent === '`maxRetries` must be a number from 0 to Infinity, but it is -1.');
  errors.mockReset();
});

describe('useMachine of @xstate/react', () => {
  const createPlain = () => {
    const machine = connectionMachine.provide({
      actors: { transport: fromTransport(fetchTransport({ url: server.url })) },
    });
    return function Plain() {
      const [snapshot, send] = useMachine(machine, { input: quick });
      return (
        <button type="button" onClick={() => send({ type: 'reconnect' })}>
          {selectStatus(snapshot)} {snapshot.context.retries} {snapshot.context.lastEventId}
        </button>
      );
    };
  };

  test('runs the statechart as it is', async () => {
    const Plain = createPlain();
    const { host, root } = render(<Plain />);
    await until(() => host.textContent === 'open 0 ');
    await server.publish('one');
    await until(() => host.textContent === 'open 0 1');
    await server.answer({ kind: 'status', code: 503 }, { kind: 'stream' });
    await server.drop();
    await expect.poll(async () => (await server.look()).requests.length).toBe(3);
    await until(() => host.textContent === 'open 0 1');
    root.unmount();
    await noSockets();
  });

  test('in Strict Mode sends one request, and an unmount leaves no socket', async () => {
    const Plain = createPlain();
    const { host, root } = render(
      <StrictMode>
        <Plain />
      </StrictMode>,
    );
    await until(() => host.textContent === 'open 0 ');
    await quiet();
    expect((await server.look()).requests).toHaveLength(1);
    root.unmount();
    await noSockets();
  });
});

import { useMachine } from '@xstate/react';
import { Activity, type ReactNode, useInsertionEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type UseServerSentEventsResult, useServerSentEvents } from '../../adapters/react.ts';
import { connectionMachine, fetchTransport, fromTransport, selectStatus } from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { type RemoteSseServer, startRemoteSseServer } from '../support/remote/remote-sse-server.ts';
import { quiet, until } from '../support/until.ts';

let server: RemoteSseServer;
let cleanups: (() => unknown)[];

beforeEach(async () => {
  server = await startRemoteSseServer();
  cleanups = [() => server.stop()];
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** Renders a child that can be hidden and shown again with its state kept. */
function renderHideable(child: ReactNode) {
  let setShown: (shown: boolean) => void = () => {};
  function Page() {
    const [shown, set] = useState(true);
    setShown = set;
    return <Activity mode={shown ? 'visible' : 'hidden'}>{child}</Activity>;
  }
  const host = document.createElement('div');
  const root = createRoot(host);
  cleanups.push(() => root.unmount());
  root.render(<Page />);
  return {
    host,
    hide: () => flushSync(() => setShown(false)),
    show: () => flushSync(() => setShown(true)),
  };
}

const sockets = async () => (await server.look()).sockets;

test('a hidden component has no socket; shown again it resumes where it was', async () => {
  const received: unknown[] = [];
  function Feed() {
    const { status } = useServerSentEvents(server.url, { onMessage: ({ data }) => received.push(data) });
    return <output>{status}</output>;
  }
  const { host, hide, show } = renderHideable(<Feed />);
  await until(() => host.textContent === 'open');
  await server.publish('one');
  await until(() => received.length === 1);
  hide();
  await expect.poll(sockets).toBe(0);
  await server.publish('two');
  show();
  await until(() => received.length === 2);
  expect(received).toEqual(['one', 'two']);
  expect((await server.look()).requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
});

test('what was never opened stays closed when it is shown again', async () => {
  function Feed() {
    return <output>{useServerSentEvents(server.url, { immediate: false }).status}</output>;
  }
  const { host, hide, show } = renderHideable(<Feed />);
  await until(() => host.textContent === 'closed');
  hide();
  show();
  await quiet();
  expect(host.textContent).toBe('closed');
  expect((await server.look()).requests).toHaveLength(0);
});

test('what the app closed stays closed when it is shown again', async () => {
  let result: UseServerSentEventsResult | undefined;
  function Feed() {
    result = useServerSentEvents(server.url);
    return <output>{result.status}</output>;
  }
  const { host, hide, show } = renderHideable(<Feed />);
  await until(() => host.textContent === 'open');
  result?.close();
  hide();
  show();
  await quiet();
  expect(host.textContent).toBe('closed');
  expect((await server.look()).requests).toHaveLength(1);

  result?.open();
  await until(() => host.textContent === 'open');
  hide();
  result?.close();
  show();
  await quiet();
  expect(host.textContent).toBe('closed');
  expect((await server.look()).requests).toHaveLength(2);
});

test('a URL that comes while it is hidden makes one connection, however often it renders', async () => {
  const results: { path: string; open: () => void }[] = [];
  let go: (path: string) => void = () => {};
  let renderAgain: (count: number) => void = () => {};
  function Feed() {
    const [path, setPath] = useState('');
    const [, setCount] = useState(0);
    [go, renderAgain] = [setPath, setCount];
    const { status, open } = useServerSentEvents(server.url + path);
    // Unlike other effects it runs while hidden; unlike the render, not for what React discards.
    useInsertionEffect(() => void results.push({ path, open }));
    return <output>{status}</output>;
  }
  const { host, hide, show } = renderHideable(<Feed />);
  await until(() => host.textContent === 'open');
  hide();
  go('/elsewhere');
  await until(() => results.at(-1)?.path === '/elsewhere');
  for (const count of [1, 2]) {
    const before = results.length;
    renderAgain(count);
    await until(() => results.length > before);
  }
  const opens = results.filter(({ path }) => path === '/elsewhere').map(({ open }) => open);
  expect(new Set(opens).size).toBe(1);
  show();
  await until(() => host.textContent === 'open');
  await expect.poll(sockets).toBe(1);
  const { requests } = await server.look();
  expect(requests.map(({ url }) => url)).toEqual(['/events', '/events/elsewhere']);
});

test('a POST whose stream had opened is not sent again', async () => {
  function Answer() {
    const { status, closeReason } = useServerSentEvents(server.url, { method: 'POST', body: 'a question' });
    return <output>{`${status} ${closeReason}`}</output>;
  }
  const { host, hide, show } = renderHideable(<Answer />);
  await until(() => host.textContent === 'open null');
  hide();
  await expect.poll(sockets).toBe(0);
  show();
  await until(() => host.textContent === 'closed app');
  await quiet();
  expect((await server.look()).requests).toHaveLength(1);
});

test('useMachine notices at once that its stream is gone, and resumes uncharged', async () => {
  const machine = connectionMachine.provide({
    actors: { transport: fromTransport(fetchTransport({ url: server.url })) },
  });
  function Plain() {
    const [snapshot] = useMachine(machine);
    const { retries, lastEventId } = snapshot.context;
    return <output>{`${selectStatus(snapshot)} ${retries} ${lastEventId}`}</output>;
  }
  const { host, hide, show } = renderHideable(<Plain />);
  await until(() => host.textContent === 'open 0 ');
  await server.publish('one');
  await until(() => host.textContent === 'open 0 1');
  hide();
  await expect.poll(sockets).toBe(0);
  await server.publish('two');
  show();
  await until(() => host.textContent === 'open 0 2');
  const { requests, streams } = await server.look();
  expect(requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
  expect(streams).toBe(1);
});

test('a hidden component that shares is no user; shown again it has lost nothing and costs no second stream', async () => {
  const clock = createTestClock();
  const received: unknown[] = [];
  function Feed() {
    const onMessage = ({ data }: { data: unknown }) => received.push(data);
    const { status } = useServerSentEvents(server.url, { share: true, clock, jitter: 'none', onMessage });
    return <output>{status}</output>;
  }
  const { host, hide, show } = renderHideable(<Feed />);
  await until(() => host.textContent === 'open');
  hide();
  clock.advance(999);
  await server.publish('one');
  show();
  clock.advance(60_000);
  await until(() => received.length === 1);
  expect((await server.look()).requests).toHaveLength(1);
  hide();
  clock.advance(1_000);
  await expect.poll(sockets).toBe(0);
  expect(clock.pending).toBe(0);
  await server.publish('two');
  show();
  await until(() => received.length === 2);
  expect(received).toEqual(['one', 'two']);
  expect((await server.look()).requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
  hide();
  clock.advance(1_000);
});

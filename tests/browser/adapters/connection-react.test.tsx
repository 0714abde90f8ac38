import { StrictMode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server.browser';
import { expect, test } from 'vitest';
import {
  type ServerSentEventsOptions,
  type UseServerSentEventsResult,
  useConnection,
  useServerSentEvents,
} from '../../../adapters/react.ts';
import { type Connection, createConnection } from '../../../index.ts';
import { cleanups, expectSilence, server } from '../../support/remote/browser-scene.ts';
import { until } from '../../support/until.ts';

expectSilence('error');

type Shown = UseServerSentEventsResult['connection'];

/** A component that keeps the connection of every render. */
function createFeed() {
  const connections: Shown[] = [];
  function Feed({ url, options = {} }: { url: string | null; options?: ServerSentEventsOptions }) {
    const { status, connection } = useServerSentEvents(url, { retryDelay: 10, ...options });
    connections.push(connection);
    return <output>{status}</output>;
  }
  return { Feed, connections };
}

function createPage() {
  const host = document.createElement('div');
  const root = createRoot(host);
  cleanups.push(() => root.unmount());
  return { host, root, render: (node: React.ReactNode) => flushSync(() => root.render(node)) };
}

test('the hook gives its connection, the same one for as long as it is that connection', async () => {
  const { Feed, connections } = createFeed();
  const { host, render } = createPage();
  render(<Feed url={server.url} />);
  await until(() => host.textContent === 'open');
  render(<Feed url={`${server.url}?token=2`} />);
  render(<Feed url={`${server.url}?token=2`} options={{ onMessage: () => {} }} />);
  const [first] = connections;
  await until(() => first?.state.status === 'open');
  expect(new Set(connections)).toEqual(new Set([first]));

  const heard: unknown[] = [];
  first?.on('*', ({ data }) => heard.push(data));
  await server.publish('one');
  await until(() => heard.length === 1);

  render(<Feed url={`${server.url}/other`} />);
  const second = connections.at(-1);
  expect(second).not.toBe(first);
  render(<Feed url={null} />);
  expect(connections.at(-1)).toBeNull();
  render(<Feed url={`${server.url}/other`} />);
  expect(connections.at(-1)).toBe(second);
});

test('in Strict Mode it is the one that is shown', async () => {
  const { Feed, connections } = createFeed();
  const { host, render } = createPage();
  render(
    <StrictMode>
      <Feed url={server.url} />
    </StrictMode>,
  );
  await until(() => host.textContent === 'open');
  expect(connections.at(-1)?.state.status).toBe('open');
});

test('it is null on a server and while the page hydrates, and there after that', async () => {
  const elsewhere = createConnection(server.url, { immediate: false });
  const seen: (Shown | Connection)[] = [];
  function Page() {
    const { status, connection } = useServerSentEvents(server.url);
    seen.push(connection, useConnection(elsewhere).connection);
    return <output>{`${status} ${connection === null ? 'without' : 'with'}`}</output>;
  }
  const html = renderToString(<Page />);
  expect(html).toContain('connecting without');
  expect(seen.splice(0)).toEqual([null, elsewhere]);
  const host = document.createElement('div');
  host.innerHTML = html;
  const root = hydrateRoot(host, <Page />);
  cleanups.push(() => root.unmount());
  await until(() => host.textContent === 'open with');
  expect(seen[0]).toBeNull();
});

test('the callbacks of the latest render are called, also those that came later', async () => {
  await server.answer({ kind: 'status', code: 503 });
  const called: string[] = [];
  const optionsOf = (render: string): ServerSentEventsOptions => ({
    retryDelay: 3_000,
    jitter: 'none',
    onOpen: ({ status }) => called.push(`${status}, to the ${render}`),
    onFailure: ({ error }) => called.push(`${error.kind}, to the ${render}`),
    onClosed: ({ reason }) => called.push(`${reason}, to the ${render}`),
  });
  const { Feed } = createFeed();
  const { host, root, render } = createPage();
  render(<Feed url={server.url} options={{ retryDelay: 3_000, jitter: 'none' }} />);
  render(<Feed url={server.url} options={optionsOf('second')} />);
  await until(() => host.textContent === 'backoff');
  render(<Feed url={server.url} options={optionsOf('third')} />);
  await server.answer({ kind: 'stream' });
  await until(() => host.textContent === 'open');
  root.unmount();
  await until(() => called.length === 3);
  expect(called).toEqual(['http, to the second', 'open, to the third', 'app, to the third']);
});

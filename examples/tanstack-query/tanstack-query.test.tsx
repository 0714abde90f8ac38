// @vitest-environment jsdom
import { QueryClient, QueryClientProvider, QueryObserver } from '@tanstack/react-query';
import { QueryClient as VueQueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createApp } from 'vue';
import { type SseServer, startSseServer, stream } from '../../tests/support/sse-server.ts';
import { until } from '../../tests/support/until.ts';
import { board } from './json-patch.ts';
import NotificationsInVue from './Notifications.vue';
import { streamPrices } from './prices.ts';
import { Notifications } from './react.tsx';

let server: SseServer;
/** The answer of the server to any request that is not for a stream. */
let stored: unknown;

beforeEach(async () => {
  server = await startSseServer();
  server.answer((response, { url }) => {
    if (url?.endsWith('/events')) return stream;
    return response.setHeader('content-type', 'application/json').end(JSON.stringify(stored));
  });
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => fetch(new URL(path, server.url), init));
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await server[Symbol.asyncDispose]();
});

const streams = () => server.requests.filter(({ url }) => url.endsWith('/events'));

async function showsWhatComes(host: Element) {
  const shown = () => [...host.querySelectorAll('li')].map(({ textContent }) => textContent);
  stored = [{ id: 1, title: 'Hello' }];
  await until(() => shown().length === 1);
  await until(() => server.streams.size === 1);
  server.publish('{"id":2,"title":"News"}', 'notification');
  await until(() => shown().length === 2);
  server.publish('{"id":1,"title":"Hello again"}', 'notification');
  await until(() => shown()[0] === 'Hello again');
  expect(shown()).toEqual(['Hello again', 'News']);
}

test('React shows the notifications that there are, and those that come', async () => {
  const host = document.createElement('div');
  const client = new QueryClient();
  const root = createRoot(host);
  stored = [{ id: 1, title: 'Hello' }];
  root.render(
    <QueryClientProvider client={client}>
      <Notifications />
    </QueryClientProvider>,
  );
  await showsWhatComes(host);
  root.unmount();
  await until(() => server.streams.size === 0);
  client.clear();
});

test('Vue shows the notifications that there are, and those that come', async () => {
  const host = document.createElement('div');
  const queryClient = new VueQueryClient();
  const app = createApp(NotificationsInVue).use(VueQueryPlugin, { queryClient });
  stored = [{ id: 1, title: 'Hello' }];
  app.mount(host);
  await showsWhatComes(host);
  app.unmount();
  await until(() => server.streams.size === 0);
  queryClient.clear();
});

test('patches are applied to the document that was fetched, each once', async () => {
  const client = new QueryClient();
  const add = (name: string) =>
    server.publish(JSON.stringify([{ op: 'add', path: '/columns/-', value: name }]), 'patch');
  add('to do');
  stored = { document: { columns: ['to do'] }, lastEventId: '1' };
  const leave = new QueryObserver(client, board('home')).subscribe(() => {});
  const columns = () => client.getQueryData(board('home').queryKey)?.document.columns;
  await until(() => server.streams.size === 1);
  expect(streams().map(({ lastEventId }) => lastEventId)).toEqual(['1']);
  add('doing');
  await until(() => columns()?.length === 2);
  stored = { document: { columns: ['to do', 'doing', 'done'] }, lastEventId: '3' };
  await client.refetchQueries();
  add('done'); // it is in the answer
  add('later');
  await until(() => columns()?.includes('later'));
  expect(columns()).toEqual(['to do', 'doing', 'done', 'later']);
  leave();
  client.clear();
  await until(() => server.streams.size === 0);
});

test('prices that somebody has asked for are kept up to date', async () => {
  const client = new QueryClient();
  const end = streamPrices(client);
  await until(() => server.streams.size === 1);
  client.setQueryData(['prices', 'ABC'], 1);
  server.publish('{"symbol":"XYZ","price":5}', 'price');
  server.publish('{"symbol":"ABC","price":2}', 'price');
  await until(() => client.getQueryData(['prices', 'ABC']) === 2);
  expect(client.getQueryData(['prices', 'XYZ'])).toBeUndefined();
  end();
  await until(() => server.streams.size === 0);
  client.clear();
});

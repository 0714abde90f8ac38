import {
  dehydrate,
  HydrationBoundary,
  QueryClient,
  QueryClientProvider,
  useQuery as useInReact,
} from '@tanstack/react-query';
import { useQuery as queryInVue, QueryClient as VueQueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { createElement } from 'react';
import { renderToString as renderReact } from 'react-dom/server';
import { expect, test } from 'vitest';
import { createSSRApp, h } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import { sseQueryOptions } from '../../../adapters/tanstack-query.ts';
import { createConnection } from '../../../index.ts';
import { createScriptedTransport } from '../../../testing/index.ts';

const server = createScriptedTransport();
const connection = createConnection<{ item: string }>('http://localhost/events', {
  transport: server.transport,
  immediate: false,
});
let fetches = 0;

const items = () =>
  sseQueryOptions({
    queryKey: ['items'],
    queryFn: async () => {
      fetches += 1;
      return ['first'];
    },
    connection,
    event: 'item',
    update: (list, { data }) => [...list, data],
    staleTime: 60_000,
  });

test('on a server React renders what was fetched, opens nothing and keeps nothing', async () => {
  const client = new QueryClient();
  await client.prefetchQuery(items());
  await client.prefetchQuery(items());
  const state = dehydrate(client);
  const Page = () => createElement('p', null, useInReact(items()).data);
  const page = createElement(HydrationBoundary, { state }, createElement(Page));
  const html = renderReact(createElement(QueryClientProvider, { client }, page));
  expect(html).toBe('<p>first</p>');
  expect([fetches, server.requests.length, connection.state.status]).toEqual([1, 0, 'closed']);
  // The transfer to the browser takes plain data only.
  expect(state.queries.map(({ meta }) => meta)).toEqual([{}]);
  client.clear();
});

test('on a server Vue renders what was fetched, and opens nothing', async () => {
  const queryClient = new VueQueryClient();
  await queryClient.prefetchQuery(items());
  const app = createSSRApp({
    setup() {
      const { data } = queryInVue(items());
      return () => h('p', data.value);
    },
  });
  const html = await renderVue(app.use(VueQueryPlugin, { queryClient }));
  expect(html).toBe('<p>first</p>');
  expect([server.requests.length, connection.state.status]).toEqual([0, 'closed']);
  queryClient.clear();
});

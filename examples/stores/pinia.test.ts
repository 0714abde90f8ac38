// @vitest-environment jsdom
import { createPinia } from 'pinia';
import { expect, test } from 'vitest';
import { createSSRApp, defineComponent, h, onServerPrefetch } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { startAppServer } from '../../tests/support/app-server.ts';
import { useNotifications } from './pinia.ts';

const Feed = defineComponent(() => {
  const feed = useNotifications();
  onServerPrefetch(feed.load);
  return () => h('p', [feed.status, ...feed.all.map(({ title }) => title)].join(' '));
});

const notification = (id: number, title: string) => ({ event: 'notification', data: { id, title } });

test('a Pinia store goes on where the page from the server ends, and outlives the components', async () => {
  const server = await startAppServer();
  await server.send({ retry: 0, id: null }, notification(1, 'one')); // before the page is rendered
  const onServer = createPinia();
  const rendering = renderToString(createSSRApp(Feed).use(onServer));
  const body = JSON.stringify({ items: [{ id: 1, title: 'one' }], lastEventId: '1' });
  await server.refuse(200, { headers: { 'content-type': 'application/json' }, body });
  const html = await rendering;
  expect(html).toBe('<p>closed one</p>');
  const sent = JSON.stringify(onServer.state.value);
  expect(sent).toBe(`{"notifications":{"page":${body}}}`);
  await server.send(notification(2, 'two')); // while the page is on its way

  const pinia = createPinia();
  pinia.state.value = JSON.parse(sent);
  const host = document.createElement('div');
  host.innerHTML = html;
  const show = () => {
    const app = createSSRApp(Feed).use(pinia);
    app.mount(host);
    return app;
  };
  const app = show();
  const feed = useNotifications(pinia);
  expect(host.textContent).toBe('closed one'); // as it came from the server
  await server.accept();
  await expect.poll(() => host.textContent).toBe('open two one');

  app.unmount();
  await server.drop();
  await server.refuse(503);
  await server.send(notification(3, 'three'));
  await server.accept();
  await expect.poll(() => feed.all.map(({ id }) => id)).toEqual([3, 2, 1]);
  expect(feed.status).toBe('open');
  expect(server.requests.map(({ url, lastEventId }) => `${url} ${lastEventId}`)).toEqual([
    '/api/notifications/page ',
    '/api/notifications 1',
    '/api/notifications 2',
    '/api/notifications 2',
  ]);

  expect(server.openSockets).toBe(1);
  feed.$dispose();
});

import { renderToString as renderReact } from 'react-dom/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSSRApp, defineComponent, effectScope, h } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import { usersOf } from '../../adapters/inspection.ts';
import * as react from '../../adapters/react.ts';
import * as vue from '../../adapters/vue.ts';
import { createConnection } from '../../index.ts';
import { type SseServer, startSseServer } from '../support/sse-server.ts';
import { quiet } from '../support/until.ts';

let server: SseServer;

beforeEach(async () => {
  server = await startSseServer();
});

afterEach(async () => {
  await quiet();
  expect(server.requests).toEqual([]);
  expect(server.sockets.size).toBe(0);
  await server[Symbol.asyncDispose]();
});

test('there is no DOM here', () => {
  expect([typeof window, typeof document, typeof EventSource]).toEqual(Array(3).fill('undefined'));
});

test('React renders what the page shows first, and opens nothing', () => {
  const elsewhere = createConnection(server.url, { immediate: false });
  function Page() {
    const own = react.useServerSentEvents(server.url, { events: ['note'], history: 5 });
    const idle = react.useServerSentEvents(null);
    const later = react.useServerSentEvents(server.url, { immediate: false });
    const shared = react.useConnection(elsewhere);
    const none = react.useConnection(null);
    return (
      <p>
        {[own, idle, later, shared, none].map(({ status, retries }) => `${status} ${retries}`).join(', ')}
      </p>
    );
  }
  expect(renderReact(<Page />)).toBe('<p>connecting 0, closed 0, closed 0, connecting 0, closed 0</p>');
});

test('Vue renders what the page shows first, and opens nothing', async () => {
  const elsewhere = createConnection(server.url, { immediate: false });
  const Page = defineComponent(() => {
    const own = vue.useServerSentEvents(() => server.url, { events: ['note'], history: 5 });
    const idle = vue.useServerSentEvents(null);
    const later = vue.useServerSentEvents(server.url, { immediate: false });
    const shared = vue.useConnection(elsewhere);
    const none = vue.useConnection(null);
    return () =>
      h(
        'p',
        [own, idle, later, shared, none]
          .map(({ status, retries }) => `${status.value} ${retries.value}`)
          .join(', '),
      );
  });
  expect(await renderVue(createSSRApp(Page))).toBe(
    '<p>connecting 0, closed 0, closed 0, connecting 0, closed 0</p>',
  );
});

test('what shares opens nothing, counts for nothing, and leaves nothing for the next page', async () => {
  function Page() {
    return <p>{react.useServerSentEvents(server.url, { share: true }).status}</p>;
  }
  const InVue = defineComponent(() => {
    const { status } = vue.useServerSentEvents(() => server.url, { share: true });
    return () => h('p', status.value);
  });
  const pages = [renderReact(<Page />), await renderVue(createSSRApp(InVue)), renderReact(<Page />)];
  expect(pages).toEqual(Array(3).fill('<p>connecting</p>'));
  const { actor } = createConnection(server.url, { share: true, immediate: false });
  expect([usersOf(actor), actor.getSnapshot().value]).toEqual([0, { closed: 'inactive' }]);
});

test('Vue opens nothing outside of a component either', async () => {
  const scope = effectScope();
  const shown = scope.run(() => vue.useServerSentEvents(server.url));
  await quiet();
  expect([shown?.status.value, shown?.connection.value]).toEqual(['connecting', null]);
  scope.stop();
});

test('a Vue composable outside a scope warns of nothing on a server, where it opens nothing', () => {
  const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const { status } = vue.useServerSentEvents('http://127.0.0.1/');
  const none = vue.useConnection(null);
  expect([status.value, none.status.value, warnings.mock.calls]).toEqual(['connecting', 'closed', []]);
  warnings.mockRestore();
});

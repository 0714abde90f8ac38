import { createRoot } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { createApp } from 'vue';
import Notifications from '../../examples/Notifications.vue';
import { Notifications as NotificationsInReact } from '../../examples/react.tsx';
import { Badge, Latest } from '../../examples/shared.tsx';
import { until } from '../support/until.ts';

const log = vi.spyOn(console, 'log').mockImplementation(() => {});

afterEach(() => log.mockClear());

test('the example for plain JavaScript hears the notification', async () => {
  const { connection } = await import('../../examples/vanilla.ts');
  await until(() => log.mock.calls.flat().includes('Hello'));
  expect(log.mock.calls).toContainEqual(['open', 0]);
  connection.close();
});

test('the example for all tabs hears the notification', async () => {
  const { connection, tabs } = await import('../../examples/tabs.ts');
  await until(() => log.mock.calls.flat().includes('Hello'));
  tabs.signOut();
  await until(() => connection.state.error?.kind === 'forbidden');
});

test('the example for React shows it', async () => {
  const host = document.createElement('div');
  const root = createRoot(host);
  root.render(<NotificationsInReact />);
  await until(() => host.textContent === 'open: Hello');
  root.unmount();
});

test('the example of sharing shows it in two components, of one stream', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch');
  const host = document.createElement('div');
  const root = createRoot(host);
  root.render([<Badge key="badge" />, <Latest key="latest" />]);
  await until(() => host.textContent === '1Hello');
  expect(fetched.mock.calls.filter(([url]) => url === '/api/events')).toHaveLength(1);
  fetched.mockRestore();
  root.unmount();
});

test('the example for Vue shows it', async () => {
  const host = document.createElement('div');
  const app = createApp(Notifications);
  app.mount(host);
  await until(() => host.textContent === 'open: Hello');
  app.unmount();
});

test('the example for XState logs it', async () => {
  const { actor } = await import('../../examples/xstate.ts');
  await until(() => JSON.stringify(log.mock.calls).includes('{"title":"Hello"}'));
  expect(log.mock.calls).toContainEqual([{ live: { open: 'fresh' } }, 0]);
  actor.stop();
});

test('the example of a parent chart is connected while the user is signed in', async () => {
  const { createActor } = await import('xstate');
  const { session } = await import('../../examples/parent-chart.ts');
  const actor = createActor(session).start();
  const feed = () => actor.getSnapshot().children.feed?.getSnapshot();
  actor.send({ type: 'signIn' });
  await until(() => feed()?.context.lastEventId === '1');
  actor.send({ type: 'signOut' });
  expect(feed()).toBeUndefined();
});

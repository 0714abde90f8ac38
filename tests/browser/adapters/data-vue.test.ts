import { expect, test } from 'vitest';
import { type App, type Component, createApp, defineComponent, h, nextTick, ref, watch } from 'vue';
import { z } from 'zod';
import { asyncDispose } from '../../../adapters/dispose.ts';
import { useConnection, useServerSentEvents } from '../../../adapters/vue.ts';
import { createConnection, eventTypes, type InvalidMessage } from '../../../index.ts';
import { cleanups, expectSilence, server } from '../../support/remote/browser-scene.ts';
import { quiet, until } from '../../support/until.ts';

const quick = { retryDelay: 30, maxRetryDelay: 60, stableAfter: 200 };

expectSilence('warn');

function mount(setup: () => () => string): HTMLElement {
  const host = document.createElement('div');
  const component: Component = defineComponent({
    setup: () => {
      const text = setup();
      return () => h('output', text());
    },
  });
  const app: App = createApp(component);
  cleanups.push(() => app.unmount());
  app.mount(host);
  return host;
}

test('options from a getter are read anew: headers, schemas and functions as they are, names in a new connection', async () => {
  const invalid: InvalidMessage[] = [];
  const most = ref(10);
  const mark = ref('-');
  const names = ref(['price']);
  const host = mount(() => {
    const { data } = useServerSentEvents(server.url, () => ({
      ...quick,
      events: Object.fromEntries(names.value.map((name) => [name, z.number().max(most.value)])),
      headers: { 'x-most': String(most.value) },
      initial: '',
      reduce: (text: string, { data }: { data: number }) => text + mark.value + data,
      onInvalid: (message: InvalidMessage) => void invalid.push(message),
    }));
    return () => data.value;
  });
  await expect.poll(async () => (await server.look()).sockets).toBe(1);
  await server.publish('5', 'price');
  await until(() => host.textContent === '-5');
  await server.publish('50', 'price');
  await until(() => invalid.length === 1);
  [most.value, mark.value] = [100, '+'];
  await nextTick();
  await server.publish('60', 'price');
  await until(() => host.textContent === '-5+60');
  expect((await server.look()).requests).toHaveLength(1);

  names.value = ['price', 'other'];
  await expect.poll(async () => (await server.look()).requests.length).toBe(2);
  const [, second] = (await server.look()).requests;
  expect([second?.headers['x-most'], second?.lastEventId]).toEqual(['100', '3']);
  await server.publish('7', 'other');
  await until(() => host.textContent === '-5+60+7'); // it resumed after what was gathered
  await expect.poll(async () => (await server.look()).sockets).toBe(1);
});

test('a choice triggers only when it changes', async () => {
  const seen: unknown[] = [];
  const host = mount(() => {
    const { selected } = useServerSentEvents(server.url, {
      ...quick,
      events: eventTypes<{ unread: number; noise: number }>(),
      select: ({ status, latest }) => ({ status, unread: latest.unread?.data ?? 0 }),
    });
    watch(selected, (value) => seen.push(value), { flush: 'sync' });
    return () => `${selected.value.status} ${selected.value.unread}`;
  });
  await until(() => host.textContent === 'open 0');
  seen.length = 0;
  for (let index = 0; index < 5; index += 1) await server.publish(String(index), 'noise');
  await server.publish('1', 'unread');
  await until(() => host.textContent === 'open 1');
  await server.publish('1', 'unread');
  await quiet();
  expect(seen).toEqual([{ status: 'open', unread: 1 }]);
});

test('what is gathered goes on through a restart of the server, until it is cleared', async () => {
  let clear = () => {};
  const host = mount(() => {
    const answer = useServerSentEvents(server.url, {
      ...quick,
      events: { message: z.string() },
      parse: 'text',
      initial: '',
      reduce: (text, { data }) => text + data,
    });
    ({ clear } = answer);
    return () => answer.data.value;
  });
  await expect.poll(async () => (await server.look()).sockets).toBe(1);
  await server.publish('a');
  await until(() => host.textContent === 'a');
  await server.drop();
  await server.publish('b');
  await until(() => host.textContent === 'ab');
  clear();
  await until(() => host.textContent === '');
  await server.publish('c');
  await until(() => host.textContent === 'c');
});

test('a short reconnect makes no badge flicker, and the state has the error of a failed one', async () => {
  const badges: string[] = [];
  const host = mount(() => {
    const { status, state } = useServerSentEvents(server.url, { ...quick, settle: 5_000 });
    watch(status, (now) => badges.push(now), { flush: 'sync' });
    return () => (state.value.status === 'failed' ? state.value.error.kind : status.value);
  });
  await until(() => host.textContent === 'open');
  await server.drop();
  await expect.poll(async () => (await server.look()).requests.length).toBe(2);
  await expect.poll(async () => (await server.look()).sockets).toBe(1);
  await quiet();
  expect(badges).toEqual(['open']);
  await server.answer({ kind: 'status', code: 403 });
  await server.drop();
  await until(() => host.textContent === 'forbidden');
});

test('a connection from elsewhere is gathered and chosen from as well', async () => {
  const connection = createConnection(server.url, { ...quick, events: { price: z.number() } });
  cleanups.push(() => connection[asyncDispose]());
  const host = mount(() => {
    const { data } = useConnection(connection, { initial: 0, reduce: (sum, { data }) => sum + data });
    const { selected } = useConnection(connection, { select: ({ latest }) => latest.price?.data });
    return () => `${data.value} ${selected.value}`;
  });
  await until(() => connection.state.status === 'open');
  await server.publish('2', 'price');
  await server.publish('3', 'price');
  await until(() => host.textContent === '5 3');
});

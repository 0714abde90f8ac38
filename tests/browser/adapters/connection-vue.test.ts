import { createPinia, defineStore, setActivePinia } from 'pinia';
import { expect, test } from 'vitest';
import { type ComputedRef, effectScope, nextTick, ref, watch } from 'vue';
import { useConnection, useServerSentEvents } from '../../../adapters/vue.ts';
import { type Connection, createConnection, type ServerSentEventsOptions } from '../../../index.ts';
import { cleanups, expectSilence, server } from '../../support/remote/browser-scene.ts';
import { until } from '../../support/until.ts';

expectSilence('warn');
expectSilence('error');

const quick = { retryDelay: 10 };

function inScope<Result>(use: () => Result): Result {
  const scope = effectScope();
  cleanups.push(() => scope.stop());
  return scope.run(use) as Result;
}

test('the composable gives its connection, the same one for as long as it is that connection', async () => {
  const url = ref<string | null>(server.url);
  const { status, connection } = inScope(() => useServerSentEvents(url, quick));
  const seen: (Connection | null)[] = [];
  watch(connection, (now) => seen.push(now), { flush: 'sync' });
  const first = connection.value;
  await until(() => status.value === 'open');
  expect(first?.state.status).toBe('open');
  const heard: unknown[] = [];
  first?.on('*', ({ data }) => heard.push(data));
  await server.publish('one');
  await until(() => heard.length === 1);

  url.value = `${server.url}?token=2`;
  await nextTick();
  expect(seen).toEqual([]);
  url.value = `${server.url}/other`;
  await nextTick();
  const second = connection.value;
  url.value = null;
  await nextTick();
  url.value = `${server.url}/other`;
  await nextTick();
  expect(second).not.toBe(first);
  expect(seen).toEqual([second, null, second]);
});

test('in a store of Pinia it is what it is, and nothing of it is made reactive', async () => {
  setActivePinia(createPinia());
  const useFeed = defineStore('feed', () => useServerSentEvents(server.url, quick));
  const store = useFeed();
  cleanups.push(() => store.$dispose());
  await until(() => store.status === 'open');
  const given = store.connection as unknown as Connection | null;
  expect(given?.actor.getSnapshot().value).toEqual({ live: { open: 'fresh' } });
  expect(Object.keys(store.$state)).toEqual([]);
});

test('useConnection gives the one that it was given', () => {
  const elsewhere = createConnection(server.url, { immediate: false });
  const connections = inScope(() => [useConnection(elsewhere), useConnection(null)]).map(
    ({ connection }: { connection: ComputedRef<Connection | null> }) => connection.value,
  );
  expect(connections).toEqual([elsewhere, null]);
});

test('with a getter of the options, the latest callbacks are called', async () => {
  await server.answer({ kind: 'status', code: 503 });
  const called: string[] = [];
  const name = ref('first');
  const optionsOf = (of: string): ServerSentEventsOptions => ({
    retryDelay: 3_000,
    jitter: 'none',
    onOpen: ({ status }) => called.push(`${status}, to the ${of}`),
    onFailure: ({ error }) => called.push(`${error.kind}, to the ${of}`),
  });
  const { status } = inScope(() => useServerSentEvents(server.url, () => optionsOf(name.value)));
  await until(() => status.value === 'backoff');
  name.value = 'second';
  await server.answer({ kind: 'stream' });
  await until(() => status.value === 'open');
  expect(called).toEqual(['http, to the first', 'open, to the second']);
});

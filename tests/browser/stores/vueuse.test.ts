import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope, watch } from 'vue';
import { useFeed as useServerSentEvents } from '../../../examples/stores/vueuse-after.ts';
import { useFeed as useEventSource } from '../../../examples/stores/vueuse-before.ts';
import {
  type RemoteScriptedServer,
  startRemoteScriptedServer,
} from '../../support/remote/remote-scripted-server.ts';

const log = vi.spyOn(console, 'log').mockImplementation(() => {});
let server: RemoteScriptedServer;
let scope: ReturnType<typeof effectScope>;

beforeEach(async () => {
  log.mockClear();
  server = await startRemoteScriptedServer();
  scope = effectScope();
});

afterEach(async () => {
  scope.stop();
  await expect.poll(async () => (await server.look()).openSockets).toBe(0);
  await server.close();
});

type Feed = Pick<
  ReturnType<typeof useEventSource> | ReturnType<typeof useServerSentEvents>,
  'status' | 'event' | 'data' | 'lastEventId'
>;

const notification = (title: string) => ({ event: 'notification', data: { title } });

/** Notes what a feed shows, once it is open. The server has its clients back at once. */
async function open(useFeed: (url: string) => Feed): Promise<unknown[]> {
  const shown: unknown[] = [];
  scope.run(() => {
    const { status, event, data, lastEventId } = useFeed(server.url);
    const message = () => [event.value, data.value?.title, lastEventId.value].join(' ');
    watch(status, () => shown.push(status.value), { flush: 'sync', immediate: true });
    watch(data, () => shown.push(message()));
  });
  await server.accept();
  await server.send({ retry: 0, id: null });
  await server.send(notification('one'));
  await expect.poll(() => shown).toContain('notification one 1');
  return shown;
}

/** The stream is cut, the next request is refused, and something is sent before the one after it. */
async function fail(): Promise<void> {
  await server.drop();
  await server.refuse(503);
  await server.send(notification('two'));
  await server.accept();
}

test('with VueUse, what is sent before it comes back from a 503 is missing', async () => {
  const shown = await open(useEventSource);
  await fail();
  expect((await server.look()).last?.lastEventId).toBe('');
  await server.send(notification('three'));
  await expect
    .poll(() => shown)
    .toEqual([
      ...['CONNECTING', 'OPEN', 'notification one 1'],
      ...['CLOSED', 'CONNECTING', 'OPEN', 'notification three 3'],
    ]);
});

test('what takes its place misses nothing, and says when it waits', async () => {
  const shown = await open(useServerSentEvents);
  await fail();
  expect((await server.look()).last?.lastEventId).toBe('1');
  await expect.poll(() => shown).toContain('notification two 2');
  await server.send(notification('three'));
  await expect
    .poll(() => shown)
    .toEqual([
      ...['connecting', 'open', 'notification one 1'],
      ...['backoff', 'connecting', 'backoff', 'connecting', 'open'],
      ...['notification two 2', 'notification three 3'],
    ]);
});

test('what takes its place says when it gives up, in the words of the one before', async () => {
  await open(useServerSentEvents);
  await server.drop();
  await server.refuse(401);
  await expect.poll(() => log.mock.calls).toEqual([['gave up']]);
});

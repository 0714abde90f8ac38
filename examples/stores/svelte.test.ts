// @vitest-environment jsdom
import { createConnection } from 'sse-machine';
import { createScriptedTransport, createTestClock } from 'sse-machine/testing';
import { flushSync, mount, unmount } from 'svelte';
import { get } from 'svelte/store';
import { expect, test } from 'vitest';
import Feed from './Feed.svelte';

test('a connection is a store of Svelte, through a drop, a 503 and a refusal', async () => {
  const server = createScriptedTransport();
  const clock = createTestClock();
  const connection = createConnection<{ notification: { title: string } }>('/api/events', {
    clock,
    transport: server.transport,
  });
  expect(get(connection).status).toBe('connecting');

  const target = document.createElement('div');
  const feed = mount(Feed, { target, props: { connection } });
  const shown = () => flushSync(() => target.textContent.replaceAll(/\s+/g, ' ').trim());
  await server.accept();
  await server.send({ event: 'notification', data: { title: 'one' } });
  expect(shown()).toBe('open one');

  await server.drop();
  clock.advanceToNext();
  await server.refuse(503);
  expect(shown()).toBe('backoff one');
  await server.send({ event: 'notification', data: { title: 'two' } });
  clock.advanceToNext();
  await server.accept();
  expect(shown()).toBe('open onetwo');

  await server.drop();
  clock.advanceToNext();
  await server.refuse(401);
  expect(shown()).toBe('failed unauthorized: try again onetwo');
  target.querySelector('button')?.click();
  await server.accept();
  expect(shown()).toBe('open onetwo');

  await unmount(feed);
  expect(connection.state.status).toBe('open');
  connection.close();
  expect([server.openStreams, server.waiting, clock.pending]).toEqual([0, 0, 0]);
});

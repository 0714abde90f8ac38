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
  const read: string[] = [];
  const connection = createConnection<{ notification: { title: string } }>('/api/events', {
    clock,
    transport: server.transport,
    parse: (title) => ({
      get title() {
        read.push(title);
        return title;
      },
    }),
  });
  const { subscribe } = connection;
  let subscribers = 0;
  connection.subscribe = (listener) => {
    const forget = subscribe(listener);
    subscribers += 1;
    return () => {
      subscribers -= 1;
      forget();
    };
  };
  expect(get(connection).status).toBe('connecting');

  const target = document.createElement('div');
  const feed = mount(Feed, { target, props: { connection } });
  const shown = () => flushSync(() => target.textContent.replaceAll(/\s+/g, ' ').trim());
  await server.accept();
  await server.send({ event: 'notification', data: 'one' });
  expect(shown()).toBe('open one');

  await server.drop();
  clock.advanceToNext();
  await server.refuse(503);
  expect(shown()).toBe('backoff one');
  await server.send({ event: 'notification', data: 'two' });
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

  expect(subscribers).toBe(1);
  await unmount(feed);
  await server.send({ event: 'notification', data: 'three' });
  expect([connection.state.status, subscribers, read]).toEqual(['open', 0, ['one', 'two']]);
  connection.close();
  expect([server.openStreams, server.waiting, clock.pending]).toEqual([0, 0, 0]);
});

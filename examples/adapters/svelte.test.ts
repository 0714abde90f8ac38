// @vitest-environment jsdom
import type { ConnectionView } from 'sse-machine';
import { createScriptedTransport, createTestClock } from 'sse-machine/testing';
import { writable } from 'svelte/store';
import { expect, test } from 'vitest';
import { serverSentEvents } from './svelte.ts';

test('a Svelte store is connected while somebody subscribes, and follows its URL', async () => {
  const server = createScriptedTransport();
  const url = writable('http://localhost/rooms/1?token=a');
  const events = serverSentEvents<{ message: string }>(url, {
    transport: server.transport,
    clock: createTestClock(),
  });
  expect(server.requests).toHaveLength(0);

  let view: ConnectionView<{ message: string }> | null = null;
  const seen = () => view as ConnectionView<{ message: string }> | null;
  const show = () => events.subscribe((now) => (view = now));
  const leave = show();
  await server.accept();
  await server.send({ data: 'one' });
  expect(seen()).toMatchObject({ status: 'open', data: 'one', lastEventId: '1' });

  leave();
  const leaveAgain = show();
  await server.accept();
  expect(server.requests.at(-1)?.lastEventId).toBe('1'); // resumed
  expect(seen()).toMatchObject({ status: 'open', data: 'one' });

  url.set('http://localhost/rooms/1?token=b');
  await server.accept();
  expect(server.requests.at(-1)).toMatchObject({ lastEventId: '1', url: 'http://localhost/rooms/1?token=b' });

  url.set('http://localhost/rooms/2');
  await server.accept();
  expect(server.requests.at(-1)).toMatchObject({ lastEventId: '', url: 'http://localhost/rooms/2' });
  expect(seen()).toMatchObject({ status: 'open', data: undefined });

  events.close();
  expect(seen()).toMatchObject({ status: 'closed', closeReason: 'app' });
  leaveAgain();
  events.open(); // nobody is there
  expect(server.openStreams).toBe(0);
  expect(server.requests).toHaveLength(4);
});

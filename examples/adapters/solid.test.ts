import { createRoot, createSignal } from 'solid-js';
import { createScriptedTransport, createTestClock } from 'sse-machine/testing';
import { expect, test } from 'vitest';
import { createServerSentEvents } from './solid.ts';

test('a Solid owner is connected until it is disposed of, and follows its URL', async () => {
  const server = createScriptedTransport();
  const [url, setUrl] = createSignal<string | null>('http://localhost/rooms/1?token=a');
  const options = { transport: server.transport, clock: createTestClock() };
  const { view, commands, dispose } = createRoot((dispose) => {
    const [view, commands] = createServerSentEvents<{ message: string }>(url, options);
    return { view, commands, dispose };
  });
  await server.accept();
  await server.send({ data: 'one' });
  expect(view()).toMatchObject({ status: 'open', data: 'one', lastEventId: '1' });

  setUrl(null);
  expect(view()).toMatchObject({ status: 'closed', data: 'one' });
  setUrl('http://localhost/rooms/1?token=b');
  await server.accept();
  expect(server.requests.at(-1)).toMatchObject({ lastEventId: '1', url: 'http://localhost/rooms/1?token=b' });
  expect(view()).toMatchObject({ status: 'open', data: 'one' });

  setUrl('http://localhost/rooms/2');
  await server.accept();
  expect(server.requests.at(-1)).toMatchObject({ lastEventId: '', url: 'http://localhost/rooms/2' });

  commands.close();
  expect(view()).toMatchObject({ status: 'closed', closeReason: 'app' });
  dispose();
  commands.open(); // nobody is there
  expect(server.openStreams).toBe(0);
  expect(server.requests).toHaveLength(3);
});

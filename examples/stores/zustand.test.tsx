// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { createConnection } from 'sse-machine';
import { createScriptedTransport, createTestClock } from 'sse-machine/testing';
import { afterEach, expect, test } from 'vitest';
import { createFeed } from './zustand.ts';

afterEach(cleanup);

test('a zustand store is filled through a drop and a 503, and outlives the component that shows it', async () => {
  const server = createScriptedTransport();
  const clock = createTestClock();
  const connection = createConnection<{ notification: { title: string } }>('/api/events', {
    clock,
    transport: server.transport,
  });
  const useFeed = createFeed(connection);

  function Feed() {
    const status = useFeed((feed) => feed.connection.status);
    const notifications = useFeed((feed) => feed.notifications);
    const clear = useFeed((feed) => feed.clear);
    return (
      <button type="button" onClick={clear}>
        {[status, ...notifications.map(({ title }) => title)].join(' ')}
      </button>
    );
  }
  const { unmount } = render(<Feed />);
  const shown = () => screen.getByRole('button').textContent;
  await act(() => server.accept());
  await act(() => server.send({ event: 'notification', data: { title: 'one' } }));
  expect(shown()).toBe('open one');

  await act(() => server.drop());
  act(() => clock.advanceToNext());
  await act(() => server.refuse(503));
  expect(shown()).toBe('backoff one');

  unmount();
  await server.send({ event: 'notification', data: { title: 'two' } });
  clock.advanceToNext();
  await server.accept();
  render(<Feed />);
  expect(shown()).toBe('open two one');
  fireEvent.click(screen.getByRole('button'));
  expect(shown()).toBe('open');

  act(() => connection.close());
  expect(shown()).toBe('closed');
  expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1', '1']);
  expect([server.openStreams, server.waiting, clock.pending]).toEqual([0, 0, 0]);
});

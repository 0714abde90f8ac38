import { configureStore } from '@reduxjs/toolkit';
import { createConnection } from 'sse-machine';
import { createScriptedTransport, createTestClock } from 'sse-machine/testing';
import { expect, test } from 'vitest';
import { createFeedListener, feedSlice } from './redux.ts';

const { started, stopped } = feedSlice.actions;

/** The checks of Redux Toolkit warn of a machine that takes 32 ms for them. */
const quietly = { warnAfter: Number.POSITIVE_INFINITY };

function createApp() {
  const server = createScriptedTransport();
  const clock = createTestClock();
  const { middleware, clearListeners } = createFeedListener(({ signal }) =>
    createConnection('/api/events', { signal, clock, transport: server.transport }),
  );
  const store = configureStore({
    reducer: { feed: feedSlice.reducer },
    middleware: (standard) =>
      standard({ immutableCheck: quietly, serializableCheck: quietly }).prepend(middleware),
  });
  const feed = () => store.getState().feed;
  const left = () => [server.openStreams, server.waiting, clock.pending];
  return { server, clock, store, clearListeners, feed, left };
}

const notification = (title: string) => ({ event: 'notification', data: { title } });

test('a Redux listener is connected from one action to another, through a drop and a 503', async () => {
  const { server, clock, store, feed, left } = createApp();
  expect(server.waiting).toBe(0);
  store.dispatch(started());
  expect(feed().status).toBe('connecting');
  await server.accept();
  await server.send(notification('one'));
  await server.drop();
  clock.advanceToNext();
  await server.refuse(503);
  expect(feed()).toMatchObject({ status: 'backoff', error: { kind: 'http', status: 503 } });

  await server.send(notification('two'));
  clock.advanceToNext();
  await server.accept();
  expect(feed()).toEqual({
    status: 'open',
    error: null,
    notifications: [{ title: 'one' }, { title: 'two' }],
  });

  store.dispatch(stopped());
  await expect.poll(() => feed().status).toBe('closed');
  expect(left()).toEqual([0, 0, 0]);
});

test('to start again drops the stream before, and the end of the listeners the last one', async () => {
  const { server, store, clearListeners, feed, left } = createApp();
  store.dispatch(started());
  await server.accept();
  await server.send(notification('one'));
  store.dispatch(started());
  await server.accept();
  expect([server.openStreams, feed().notifications]).toEqual([1, []]);

  clearListeners();
  await expect.poll(() => feed().status).toBe('closed');
  store.dispatch(started());
  expect(left()).toEqual([0, 0, 0]);
});

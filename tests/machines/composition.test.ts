import { afterEach, beforeEach, expect, test } from 'vitest';
import { createActor, sendTo, setup } from 'xstate';
import { connectionMachine, fetchTransport, fromTransport, selectStatus } from '../../index.ts';
import { type SseServer, startSseServer } from '../support/sse-server.ts';
import { quiet, until } from '../support/until.ts';

let server: SseServer;

beforeEach(async () => {
  server = await startSseServer();
});

afterEach(() => server[Symbol.asyncDispose]());

test('a connection is an actor in another statechart, for as long as its state lasts', async () => {
  const connection = connectionMachine.provide({
    actors: { transport: fromTransport(fetchTransport({ url: server.url })) },
  });
  const app = setup({
    types: {} as { children: { feed: 'connection' } },
    actors: { connection },
  }).createMachine({
    initial: 'signedIn',
    states: {
      signedIn: {
        invoke: { id: 'feed', src: 'connection', input: { maxRetries: 3 } },
        on: { signOut: 'signedOut', retry: { actions: sendTo('feed', { type: 'reconnect' }) } },
      },
      signedOut: { on: { signIn: 'signedIn' } },
    },
  });
  const actor = createActor(app).start();
  const feed = () => actor.getSnapshot().children.feed;
  const statusIs = (status: string) => () => {
    const snapshot = feed()?.getSnapshot();
    return snapshot && selectStatus(snapshot) === status;
  };

  await until(statusIs('open'));
  expect(feed()?.getSnapshot().context.settings.maxRetries).toBe(3);
  const received: unknown[] = [];
  feed()?.on('messages', ({ messages }) => received.push(...messages.map(({ data }) => data)));
  server.publish('{"for":"the parent"}');
  await until(() => received.length === 1);
  expect(received).toEqual([{ for: 'the parent' }]);

  actor.send({ type: 'retry' });
  await until(() => server.requests.length === 2);
  actor.send({ type: 'signOut' });
  await until(() => server.sockets.size === 0, 'the socket to be closed');
  await quiet();
  expect(server.requests).toHaveLength(2);
  actor.send({ type: 'signIn' });
  await until(statusIs('open'));
  actor.stop();
  await until(() => server.sockets.size === 0, 'the socket to be closed');
});

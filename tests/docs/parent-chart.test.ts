import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import { session } from '../../examples/parent-chart.ts';
import { connectionMachine, fetchTransport, fromTransport } from '../../index.ts';
import { startSseServer } from '../support/sse-server.ts';
import { quiet, until } from '../support/until.ts';

test('a parent chart takes a transition when the server sends an event of a name', async () => {
  await using server = await startSseServer();
  const transport = fromTransport(fetchTransport({ url: server.url }));
  const connection = connectionMachine.provide({ actors: { transport } });
  const actor = createActor(session.provide({ actors: { connection } })).start();

  actor.send({ type: 'signIn' });
  await until(() => server.streams.size === 1);
  server.publish('news', 'note');
  server.publish('no word of the user', 'signOut');
  await until(() => actor.getSnapshot().children.feed?.getSnapshot().context.lastEventId === '2');
  await quiet();
  expect(actor.getSnapshot().value).toBe('signedIn');

  server.publish('the session is over', 'logout');
  await until(() => actor.getSnapshot().value === 'signedOut');
  await until(() => server.sockets.size === 0);
  expect(server.requests).toHaveLength(1);
  actor.stop();
});

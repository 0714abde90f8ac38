import { createConnection } from 'sse-machine';
import { createScriptedTransport, createTestClock } from 'sse-machine/testing';
import { expect, expectTypeOf, test } from 'vitest';
import { createConnectionStore } from './xstate-store.ts';

test('an XState store counts what comes, through a drop and a 503', async () => {
  const server = createScriptedTransport();
  const clock = createTestClock();
  const connection = createConnection<{ price: { cents: number } }>('/api/prices', {
    clock,
    transport: server.transport,
  });
  const store = createConnectionStore(connection);
  const seen: string[] = [];
  const { unsubscribe } = store.subscribe(({ context: { state, count } }) => {
    seen.push(`${state.status} ${count}`);
  });
  await server.accept();
  await server.send({ event: 'price', data: { cents: 1 } }, { event: 'price', data: { cents: 2 } });
  await server.drop();
  clock.advanceToNext();
  await server.refuse(503);
  await server.send({ event: 'price', data: { cents: 3 } });
  clock.advanceToNext();
  await server.accept();
  expect(store.get().context).toMatchObject({
    state: { status: 'open', lastEventId: '3' },
    count: 3,
    last: { event: 'price', data: { cents: 3 } },
  });
  expectTypeOf(store.get().context.last?.data.cents).toEqualTypeOf<number | undefined>();

  store.trigger.cleared();
  connection.close();
  unsubscribe();
  expect(seen.filter((line, n) => line !== seen[n - 1])).toEqual([
    'open 0',
    'open 1',
    'open 2',
    'backoff 2',
    'connecting 2',
    'backoff 2',
    'connecting 2',
    'open 2',
    'open 3',
    'open 0',
    'closed 0',
  ]);
  expect([server.openStreams, server.waiting, clock.pending]).toEqual([0, 0, 0]);
});

import { http } from 'msw';
import { setupServer } from 'msw/node';
import { createConnection } from 'sse-machine';
import { createScriptedResolver, createTestClock } from 'sse-machine/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

const url = 'https://app.example/api/events';
const network = setupServer();

beforeAll(() => network.listen());
afterEach(() => network.resetHandlers());
afterAll(() => network.close());

test('comes back after a 503, and catches up', async () => {
  using server = createScriptedResolver();
  network.use(http.get(url, server.resolver));
  const clock = createTestClock();
  await using connection = createConnection(url, { clock });
  const sees = (state: object) => expect.poll(() => connection.state).toMatchObject(state);

  await server.accept();
  await server.send({ data: 'first' });
  await sees({ status: 'open', lastEventId: '1' });
  await server.drop();
  await sees({ status: 'backoff', retries: 1 });
  clock.advanceToNext();
  await server.refuse(503);
  await sees({ status: 'backoff', retries: 2 });

  await server.send({ data: 'second' });
  clock.advanceToNext();
  await server.accept();
  await sees({ status: 'open', lastEventId: '2' });
});

test('asks by POST, and lets go of the answer when it is closed', async () => {
  using server = createScriptedResolver();
  network.use(http.post(url, server.resolver));
  const connection = createConnection(url, {
    method: 'POST',
    headers: { authorization: 'Bearer 1' },
    body: JSON.stringify({ question: 'Why?' }),
  });
  await server.accept();
  expect(server.requests).toMatchObject([
    { method: 'POST', headers: { authorization: 'Bearer 1' }, body: '{"question":"Why?"}' },
  ]);

  connection.close();
  await expect.poll(() => server.openStreams).toBe(0);
});

// @vitest-environment jsdom
import { http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConnection } from '../../index.ts';
import { createScriptedResolver, createTestClock } from '../../testing/index.ts';
import { until } from '../support/until.ts';

const clock = createTestClock();
const scripted = createScriptedResolver({ clock });
const mocked = setupServer(http.all('/api/events', scripted.resolver));

beforeAll(() => mocked.listen({ onUnhandledFrame: 'error' }));
afterAll(() => mocked.close());

test('behind MSW under jsdom, a relative URL streams, breaks, resumes, and is let go', async () => {
  expect(navigator.userAgent).toContain('jsdom');
  const connection = createConnection('/api/events', { clock, jitter: 'none' });
  const received: unknown[] = [];
  connection.on('message', ({ data }) => received.push(data));
  await scripted.accept();
  await scripted.send('a');
  await until(() => received.length === 1);
  await scripted.drop();
  await until(() => connection.state.status === 'backoff');
  expect(connection.state.error).toMatchObject({ kind: 'network' });
  await scripted.send('b');
  clock.advanceToNext();
  await scripted.accept();
  await until(() => received.length === 2);
  connection.close();
  await until(() => scripted.openStreams === 0);
  connection.open();
  await until(() => scripted.waiting === 1);
  connection.close();
  await until(() => scripted.waiting === 0);
  expect(received).toEqual(['a', 'b']);
  expect(scripted.requests.map(({ url, lastEventId }) => [url, lastEventId])).toEqual([
    [`${location.origin}/api/events`, ''],
    [`${location.origin}/api/events`, '1'],
    [`${location.origin}/api/events`, '2'],
  ]);
});

test('behind MSW under jsdom, an unsafe request and a refusal are seen as they are', async () => {
  const connection = createConnection('/api/events', { clock, method: 'POST', body: 'question' });
  await scripted.refuse(401);
  await until(() => connection.state.status === 'failed');
  expect(connection.state.error).toMatchObject({ kind: 'unauthorized', status: 401 });
  expect(scripted.requests.at(-1)).toMatchObject({ method: 'POST', body: 'question' });
  connection.close();
});

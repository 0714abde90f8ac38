import { expect, test, vi } from 'vitest';
import { startAppServer } from '../../tests/support/app-server.ts';

/** The examples tell in the console what they hear. */
function listenTo(method: 'log' | 'warn') {
  const { calls } = vi.spyOn(console, method).mockImplementation(() => {}).mock;
  return calls;
}

test('a parser of one’s own makes dates of text', async () => {
  const server = await startAppServer();
  const log = listenTo('log');
  const { connection } = await import('./parser.ts');
  await server.accept();
  await server.send({ event: 'tick', data: { at: '2026-05-01T00:00:00Z' } });
  await expect.poll(() => log).toEqual([[2026]]);
  connection.close();
});

test('a connection that gives up asks the user', async () => {
  const server = await startAppServer();
  const asked: string[] = [];
  vi.stubGlobal('confirm', (question: string) => asked.push(question) === 1);
  const { connection } = await import('./gave-up.ts');
  await server.accept();
  await server.send({ retry: 0, id: null });
  await server.drop();
  for (const status of [503, 503, 503]) await server.refuse(status);
  await server.refuse(401);
  await expect
    .poll(() => asked)
    .toEqual(['No connection (exhausted). Try again?', 'No connection (unauthorized). Try again?']);
  expect(connection.state.status).toBe('failed');
});

test('invalid payloads and unknown events are told, and nobody hears them', async () => {
  const server = await startAppServer();
  const [log, warn] = [listenTo('log'), listenTo('warn')];
  const { connection } = await import('./checked.ts');
  await server.accept();
  await server.send(
    { event: 'price', data: { cents: 'many' } },
    { event: 'stock', data: {} },
    { event: 'offer', data: { title: 5 } },
    { event: 'prise', data: 1 },
    { event: 'price', data: { cents: 5 } },
  );
  await expect.poll(() => log).toEqual([['5.00']]);
  expect(warn.map(([event, id, issues]) => [event, id, issues]).sort()).toEqual([
    ['offer', '3', 1],
    ['price', '1', 1],
    ['prise', '', 0],
    ['stock', '2', 1],
  ]);
  vi.mocked(console.warn).mockClear();
  expect(connection.state.lastEventId).toBe('5');
  connection.close();
});

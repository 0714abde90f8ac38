import { expect, test, vi } from 'vitest';
import { startAppServer } from '../../tests/support/app-server.ts';

test('a token that is refused is renewed once, and the request is repeated with the new one', async () => {
  const server = await startAppServer();
  const { fetch } = globalThis;
  const renewals: string[] = [];
  vi.stubGlobal('fetch', async (url: string | URL, request?: RequestInit) => {
    if (!String(url).endsWith('/api/token')) return fetch(url, request);
    renewals.push(String(request?.method));
    return new Response('second');
  });
  const { connection } = await import('./tokens.ts');
  await server.refuse(401);
  await server.accept();
  await expect.poll(() => connection.state.status).toBe('open');
  expect(renewals).toEqual(['POST']);
  expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual([
    'Bearer first',
    'Bearer second',
  ]);
  connection.close();
});

test('the last event ID outlives the page, and a gap has everything loaded anew', async () => {
  const server = await startAppServer();
  const stored = new Map<string, string>();
  const reloads: string[] = [];
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
  vi.stubGlobal('reloadAll', async () => reloads.push('all'));
  const { connection } = await import('./never-lose.ts');
  await server.accept();
  await server.send({ retry: 0, id: null }, { data: 'one' });
  await expect.poll(() => stored.get('events')).toBe('1');
  await server.drop();
  await server.refuse(410);
  await server.accept();
  await expect.poll(() => reloads).toEqual(['all']);
  connection.close();
});

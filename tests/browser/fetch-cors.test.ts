import { expect, test } from 'vitest';
import { asyncDispose } from '../../adapters/dispose.ts';
import { createConnection } from '../../index.ts';
import { startRemoteSseServer } from '../support/remote/remote-sse-server.ts';
import { until } from '../support/until.ts';

test('across origins the first request needs no preflight, and Retry-After is obeyed where it is exposed', async () => {
  const server = await startRemoteSseServer();
  await server.answer({ kind: 'status', code: 429, headers: { 'retry-after': '1' } }, { kind: 'stream' });
  const connection = createConnection(server.url, { jitter: 'none', retryDelay: 0 });
  await until(() => connection.state.status === 'backoff');
  expect(connection.state.error).toMatchObject({ status: 429, retryAfter: 1_000 });
  await until(() => connection.state.status === 'open');
  const { requests, preflights } = await server.look();
  expect(preflights).toBe(0);
  expect((requests[1]?.at ?? 0) - (requests[0]?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
  await connection[asyncDispose]();
  await server.stop();
});

test('a header that the server does not allow is named, with both ways out, and either of them helps', async () => {
  const server = await startRemoteSseServer();
  const url = `${server.url}?strict`;
  const connection = createConnection(url, { jitter: 'none', retryDelay: 20, lastEventId: '7' });
  await until(() => connection.state.error !== null);
  expect(connection.state.error).toMatchObject({ kind: 'network' });
  const message = connection.state.error?.message ?? '';
  for (const word of [
    'Last-Event-ID',
    'Access-Control-Allow-Headers',
    'lastEventIdHeader',
    'lastEventIdParam',
  ])
    expect(message).toContain(word);
  await connection[asyncDispose]();

  const way = { lastEventId: '7', lastEventIdHeader: false, lastEventIdParam: 'after' } as const;
  const other = createConnection(url, way);
  await until(() => other.state.status === 'open');
  const { requests } = await server.look();
  expect(requests.map(({ url }) => url)).toEqual(['/events?strict&after=7']);
  await other[asyncDispose]();
  await server.stop();
});

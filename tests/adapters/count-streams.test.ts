import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ConnectionStatus } from '../../index.ts';

const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {});

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal('document', { baseURI: 'http://app.test/page' });
  warnings.mockClear();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

async function count(times: number, urlOf: (index: number) => unknown, ...statuses: ConnectionStatus[]) {
  const { countStreams } = await import('../../adapters/count-streams.ts');
  for (let index = 0; index < times; index += 1) {
    const connection = {};
    for (const status of statuses) countStreams(connection, urlOf(index), status);
  }
  return warnings.mock.calls.flat();
}

test('the fourth stream to one URL is warned of once, without what its query says', async () => {
  const told = await count(20, () => '/events?token=secret', 'connecting', 'open');
  expect(told).toEqual([
    expect.stringContaining("4 connections to 'http://app.test/events' are open at once"),
  ]);
  expect(told[0]).not.toContain('secret');
  expect(told[0]).toContain('`share: true`');
});

test.each<[string, number, (index: number) => unknown, ConnectionStatus[]]>([
  ['three streams', 3, () => '/events', ['connecting', 'open']],
  ['streams that are over', 20, () => '/events', ['connecting', 'open', 'closed']],
  ['streams that have failed', 20, () => new URL('http://app.test/events'), ['connecting', 'failed']],
  ['connections that wait to try again', 20, () => '/events', ['connecting', 'backoff']],
  ['streams to several URLs', 20, (index) => `/events?room=${index}`, ['open']],
  ['URLs that only a function knows', 20, () => () => '/events', ['open']],
])('%s are not', async (_, times, urlOf, statuses) => {
  expect(await count(times, urlOf, ...statuses)).toEqual([]);
});

test('nor is anything in production, or where there is no page', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  expect(await count(20, () => '/events', 'open')).toEqual([]);
  vi.unstubAllEnvs();
  vi.stubGlobal('document', undefined);
  expect(await count(20, () => '/events', 'open')).toEqual([]);
});

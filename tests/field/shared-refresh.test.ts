import { beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionOptions } from '../../index.ts';
import { type Answer, status, stream } from '../support/sse-server.ts';
import { clock, connect, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

let token: string;
let refreshes: number;

beforeEach(() => {
  token = 'old';
  refreshes = 0;
});

/** Accepts whoever has the newest token. */
const strict: Answer = (_, { headers }) => (headers.authorization === 'new' ? stream : status(401));

/** Opens so many connections whose credentials are renewed by one function. */
function connectAll(count: number, refresh: () => unknown, options: ConnectionOptions = {}) {
  return Array.from({ length: count }, () =>
    connect({ refresh, headers: () => ({ authorization: token }), jitter: 'none', ...options }),
  );
}

function renew(): void {
  refreshes += 1;
  token = 'new';
}

describe('six connections that share a `refresh` call it once', () => {
  test('when it returns at once, and all get a 401', async () => {
    server.answer(strict);
    const all = connectAll(6, renew);
    for (const connection of all) await reached(connection, 'open');
    expect(refreshes).toBe(1);
    expect(server.requests).toHaveLength(12);
  });

  test('when it takes its time, and they come one after the other', async () => {
    const waiting: (() => void)[] = [];
    server.answer(strict);
    const all = connectAll(6, async () => {
      refreshes += 1;
      await new Promise<void>((resolve) => waiting.push(resolve));
      token = 'new';
    });
    await until(() => server.requests.length === 6);
    await quiet();
    for (const go of waiting) go();
    for (const connection of all) await reached(connection, 'open');
    expect(refreshes).toBe(1);
  });

  test('when the 401 of one comes after the others have been renewed', async () => {
    const late: (() => void)[] = [];
    server.answer((response, request) => {
      if (server.requests.length > 1) return strict(response, request);
      late.push(() => response.writeHead(401).end());
      return undefined;
    });
    const all = connectAll(6, renew);
    for (const connection of all.slice(1)) await until(() => connection.state.status !== 'connecting');
    await until(() => late.length === 1);
    for (const answer of late) answer();
    for (const connection of all) await reached(connection, 'open');
    expect(refreshes).toBe(1);
  });

  test('for each time that the credentials have expired', async () => {
    server.answer(strict);
    const all = connectAll(6, renew);
    for (const connection of all) await reached(connection, 'open');
    token = 'old again';
    server.drop();
    for (const connection of all) await reached(connection, 'backoff');
    clock.advance(1_000);
    for (const connection of all) await reached(connection, 'open');
    expect(refreshes).toBe(2);
  });
});

test('six connections with a `refresh` each call their own', async () => {
  server.answer(strict);
  const all = Array.from({ length: 6 }, () =>
    connect({ refresh: () => renew(), headers: () => ({ authorization: token }) }),
  );
  for (const connection of all) await reached(connection, 'open');
  expect(refreshes).toBeGreaterThanOrEqual(1);
});

test('a `refresh` that fails is called once for each of those who share it at most, and no request follows', async () => {
  server.answer(status(401));
  const all = connectAll(
    6,
    () => {
      refreshes += 1;
      return Promise.reject(new Error('no'));
    },
    { reportError: () => {} },
  );
  for (const connection of all) await reached(connection, 'failed');
  expect(new Set(all.map(({ state }) => state.error?.kind))).toEqual(new Set(['unauthorized']));
  expect(refreshes).toBeLessThanOrEqual(6);
  clock.advance(600_000);
  await quiet();
  expect(server.requests).toHaveLength(6);
});

test('a `refresh` that hangs for ever costs the connections their `connectTimeout`, and the next one is a new call', async () => {
  server.answer(strict);
  const [first] = connectAll(1, hang);
  function hang(): unknown {
    refreshes += 1;
    if (refreshes === 1) return new Promise(() => {});
    token = 'new';
    return undefined;
  }
  if (!first) throw new Error('There is no connection.');
  await until(() => refreshes === 1);
  clock.advance(60_000);
  expect(first.state).toMatchObject({ status: 'backoff', error: { kind: 'timeout' } });
  clock.advance(1_000);
  await reached(first, 'open');
  expect(refreshes).toBe(2);
});

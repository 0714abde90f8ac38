import { expect, test } from 'vitest';
import type { ConnectionOptions } from '../../index.ts';
import { clock, listen, reached, server } from '../support/stepped-connection.ts';
import { until } from '../support/until.ts';

/** Retries until the connection gives up; tells what was reported meanwhile. */
async function exhaust(options: ConnectionOptions) {
  const reports: unknown[] = [];
  const { connection } = listen({ maxRetries: 2, reportError: (error) => reports.push(error), ...options });
  for (let retries = 1; retries <= 2; retries += 1) {
    await until(() => connection.state.retries === retries, 'a retry');
    clock.advanceToNext();
  }
  await reached(connection, 'failed');
  return { connection, reports };
}

const library = {} as { gett: (url: unknown) => Promise<Response> };

test.each<[string, typeof fetch]>([
  ['that throws', (url) => library.gett(url)],
  ['that rejects', async (url) => library.gett(url)],
])(
  'a `fetch` of the app %s for a fault in its code is reported, once, and is the cause',
  async (_, fetch) => {
    const { connection, reports } = await exhaust({ fetch });
    const fault: unknown = expect.objectContaining({ message: 'library.gett is not a function' });
    expect(reports).toEqual([fault]);
    expect(connection.state.error).toMatchObject({ kind: 'exhausted', cause: fault });
  },
);

test('a `headers` function that throws is the cause too', async () => {
  const fault = new TypeError('no token');
  const { connection, reports } = await exhaust({
    headers: () => {
      throw fault;
    },
  });
  expect(connection.state.error).toMatchObject({ kind: 'exhausted', cause: fault });
  expect(reports[0]).toMatchObject({ message: '`headers` threw, so no request was sent.', cause: fault });
});

test('a transport of the app that throws for a fault in its code is reported as well', async () => {
  const transport = () => () => Promise.reject(new ReferenceError('socket is not defined'));
  const { connection, reports } = await exhaust({ transport });
  expect(reports).toEqual([expect.any(ReferenceError)]);
  expect(connection.state.error?.cause).toEqual(reports[0]);
});

test('an error of the network is the cause, and is not reported', async () => {
  await server.refuse();
  const { connection, reports } = await exhaust({});
  expect(connection.state.error).toMatchObject({ kind: 'exhausted', cause: { message: 'fetch failed' } });
  expect(reports).toEqual([]);
});

test('the statechart and what is made of the error as JSON hold no cause', async () => {
  const { connection } = await exhaust({ fetch: () => Promise.reject(new Error('canary')) });
  expect(connection.state.error?.cause).toEqual(new Error('canary'));
  expect(JSON.stringify([connection.state, connection.actor.getPersistedSnapshot()])).not.toContain('canary');
});

test('an error without a cause gets none, not even that of another error', async () => {
  const { connection } = await exhaust({ fetch: () => Promise.reject(new Error('lost')) });
  server.answer((response) => response.writeHead(404).end());
  const next = listen({}).connection;
  await reached(next, 'failed');
  expect(next.state.error && 'cause' in next.state.error).toBe(false);
  expect(connection.state.error?.cause).toEqual(new Error('lost'));
});

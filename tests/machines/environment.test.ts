import { afterEach, expect, test, vi } from 'vitest';
import { createConnection } from '../../index.ts';
import { isOffline } from '../../machines/environment.ts';
import { createTestClock } from '../../testing/clock.ts';
import { playedTransport } from '../support/played-transport.ts';
import { quiet, until } from '../support/until.ts';

afterEach(() => vi.unstubAllGlobals());

test('the end of the first load of a page is no reason to try again; a page that is brought back is', async () => {
  const page = new EventTarget();
  const shown = (persisted: boolean) =>
    page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }));
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('document', { visibilityState: 'visible', readyState: 'interactive' });
  const server = playedTransport();
  const connection = createConnection('/events', {
    clock: createTestClock(),
    maxRetries: 0,
    transport: () => server.transport,
  });
  await until(() => server.requests.length === 1);
  server.requests[0]?.refuse(new Error('down'));
  await until(() => connection.state.status === 'failed');
  shown(false);
  await quiet();
  expect(server.requests).toHaveLength(1);
  shown(true);
  await until(() => server.requests.length === 2);
  connection.close();
});

test('a connection that is closed lets go of the page', async () => {
  const signals: AbortSignal[] = [];
  vi.stubGlobal('addEventListener', (_: string, __: unknown, { signal }: { signal: AbortSignal }) =>
    signals.push(signal),
  );
  const connection = createConnection('/events', { transport: () => playedTransport().transport });
  expect(signals.map(({ aborted }) => aborted)).toEqual(Array(7).fill(false));
  connection.close();
  expect(signals.map(({ aborted }) => aborted)).toEqual(Array(7).fill(true));
});

test('where the platform does not tell, as in Node, there is a network', () => {
  vi.stubGlobal('navigator', undefined);
  expect(isOffline()).toBe(false);
  vi.stubGlobal('navigator', {});
  expect(isOffline()).toBe(false);
  vi.stubGlobal('navigator', { onLine: false });
  expect(isOffline()).toBe(true);
});

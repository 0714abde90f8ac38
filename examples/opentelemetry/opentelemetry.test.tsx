// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { cut, type SseServer, startSseServer, status, stream } from '../../tests/support/sse-server.ts';
import { Orders } from './component.tsx';
import { connect } from './observe.ts';
import { metricsOf, reader, spans } from './sdk.ts';

let server: SseServer;

// Events of a real server come when they come, and no `act` waits for them.
beforeAll(() => Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false }));

beforeEach(async () => {
  server = await startSseServer();
  spans.reset();
});

afterEach(async () => {
  cleanup();
  await server[Symbol.asyncDispose]();
});

/** The points of a metric, as the backend would get them. */
async function pointsOf(name: string) {
  metricsOf.reset();
  await reader.forceFlush();
  const metrics = metricsOf
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  const found = metrics.find(({ descriptor }) => descriptor.name === name);
  return (found?.dataPoints ?? []).map(({ attributes, value }) => ({ ...attributes, value }));
}

test('a failing server is seen in spans and metrics, with the status or the kind of each failure', async () => {
  server.answer(status(503), cut, stream);
  await using connection = connect(server.url);
  await expect.poll(() => connection.state.status).toBe('open');
  server.answer(status(401));
  server.drop();
  await expect.poll(() => connection.state.status).toBe('failed');

  expect(
    spans
      .getFinishedSpans()
      .map(({ name, attributes }) => [name, attributes['error.type'], attributes['sse.end']]),
  ).toEqual([
    ['GET /events', '503', 'failed'],
    ['GET /events', 'network', 'failed'],
    ['GET /events', 'network', 'failed'],
    ['GET /events', '401', 'failed'],
  ]);
  const failures = await pointsOf('sse.client.failures');
  expect(failures.map((point) => [point['error.type' as keyof typeof point], point.value])).toEqual([
    ['503', 1],
    ['network', 2],
    ['401', 1],
  ]);
  expect(await pointsOf('sse.client.connections')).toContainEqual(
    expect.objectContaining({ 'sse.connection.status': 'failed', 'url.template': '/events', value: 1 }),
  );
});

test('a component gives its connection to an observation of its own', async () => {
  const view = render(<Orders url={server.url} shop="corner" />);
  await screen.findByText('open');
  view.unmount();
  await expect
    .poll(() => spans.getFinishedSpans().map(({ attributes }) => attributes['app.shop']))
    .toContain('corner');
});

// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { type ConnectionOptions, type ConnectionStatus, connectionStatuses } from 'sse-machine';
import { connectionPaths, createScriptedTransport, createTestClock } from 'sse-machine/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { Badge } from './badge.tsx';

function renderBadge(options: Omit<ConnectionOptions, 'events'> = {}) {
  const server = createScriptedTransport();
  const clock = createTestClock();
  render(<Badge connection={{ ...options, clock, transport: server.transport }} />);
  return { server, clock };
}

const label = () => screen.getByRole('status').textContent;

afterEach(cleanup);

test('comes back when the server does, with what was sent meanwhile', async () => {
  const { server, clock } = renderBadge();
  expect(label()).toBe('Connecting…');
  await act(() => server.accept());
  await act(() => server.send({ data: { unread: 1 } }));
  expect(label()).toBe('Live');

  await act(() => server.drop());
  expect(label()).toBe('Connection lost. Trying again…');
  act(() => clock.advanceToNext());
  await act(() => server.refuse(503));
  expect(label()).toBe('Connection lost. Trying again…');

  await server.send({ data: { unread: 2 } });
  act(() => clock.advanceToNext());
  await act(() => server.accept());
  expect(label()).toBe('Live');
  expect(screen.getByText('2 unread')).toBeDefined();
});

test('gives up at a 401, and connects again at a press of the button', async () => {
  const { server, clock } = renderBadge();
  await act(() => server.refuse(401));
  expect(label()).toBe('No connection');
  expect(clock.pending).toBe(0);
  fireEvent.click(await screen.findByRole('button', { name: 'Connect' }));
  expect(label()).toBe('Connecting…');
});

describe('on every path', () => {
  const shown: Record<ConnectionStatus, string> = {
    connecting: 'Connecting…',
    open: 'Live',
    backoff: 'Connection lost. Trying again…',
    failed: 'No connection',
    closed: 'Disconnected',
  };
  const seen = new Set<string>();
  const paths = connectionPaths({ events: ['accept', 'refuse', 'drop', 'wait', 'open'] });

  test.each(paths)('$name', async ({ options, steps }) => {
    const { server, clock } = renderBadge(options);
    const app = { open: () => fireEvent.click(screen.getByRole('button', { name: 'Connect' })) };
    for (const { name, play, expected } of steps) {
      await act(() => play({ server, clock, app }));
      expect([name, label()]).toEqual([name, shown[expected.status]]);
      seen.add(expected.status);
    }
  });

  test('every status is seen', () => {
    expect([...seen].sort()).toEqual([...connectionStatuses].sort());
  });
});

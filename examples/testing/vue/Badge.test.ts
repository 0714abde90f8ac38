// @vitest-environment jsdom
import { enableAutoUnmount, mount } from '@vue/test-utils';
import { type ConnectionOptions, type ConnectionStatus, connectionStatuses } from 'sse-machine';
import { connectionPaths, createScriptedTransport, createTestClock } from 'sse-machine/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { nextTick } from 'vue';
import Badge from './Badge.vue';

function mountBadge(options: Omit<ConnectionOptions, 'events'> = {}) {
  const server = createScriptedTransport();
  const clock = createTestClock();
  const badge = mount(Badge, { props: { connection: { ...options, clock, transport: server.transport } } });
  /** The label that a person sees, once Vue has brought the page up to date. */
  async function label() {
    await nextTick();
    return badge.get('output').text();
  }
  return { badge, server, clock, label };
}

enableAutoUnmount(afterEach);

test('comes back when the server does, with what was sent meanwhile', async () => {
  const { badge, server, clock, label } = mountBadge();
  expect(await label()).toBe('Connecting…');
  await server.accept();
  await server.send({ data: { unread: 1 } });
  expect(await label()).toBe('Live');

  await server.drop();
  expect(await label()).toBe('Connection lost. Trying again…');
  clock.advanceToNext();
  await server.refuse(503);
  expect(await label()).toBe('Connection lost. Trying again…');

  await server.send({ data: { unread: 2 } });
  clock.advanceToNext();
  await server.accept();
  expect(await label()).toBe('Live');
  expect(badge.text()).toContain('2 unread');
});

test('gives up at a 401, and connects again at a press of the button', async () => {
  const { badge, server, clock, label } = mountBadge();
  await server.refuse(401);
  expect(await label()).toBe('No connection');
  expect(clock.pending).toBe(0);
  await badge.get('button').trigger('click');
  expect(await label()).toBe('Connecting…');
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
    const { badge, server, clock, label } = mountBadge(options);
    const app = { open: () => badge.get('button').trigger('click') };
    for (const { name, play, expected } of steps) {
      await play({ server, clock, app });
      expect([name, await label()]).toEqual([name, shown[expected.status]]);
      seen.add(expected.status);
    }
  });

  test('every status is seen', () => {
    expect([...seen].sort()).toEqual([...connectionStatuses].sort());
  });
});

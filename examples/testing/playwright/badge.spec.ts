import { test as base, expect } from 'playwright/test';
import { connectionPaths, createScriptedServer, type ScriptedServer } from 'sse-machine/testing';

/** Opens the app, with the test as its server, at a time that only the test moves. */
const test = base.extend<{ server: ScriptedServer }>({
  async server({ page }, provide) {
    await using server = await createScriptedServer({ patience: 20_000 });
    await page.route('**/api/unread', (route) => route.continue({ url: server.url }));
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(3_600_000);
    await page.addInitScript('Math.random = () => 0.5');
    await page.goto('/');
    await expect.poll(() => server.waiting).toBe(1);
    await provide(server);
  },
});

test('comes back when the server does, with what was sent meanwhile', async ({ page, server }) => {
  const label = page.getByRole('status');
  await server.accept();
  await server.send({ data: { unread: 1 } });
  await expect(page.getByText('1 unread')).toBeVisible();
  await expect(label).toHaveText('Live');

  await server.drop();
  await expect(label).toHaveText('Connection lost. Trying again…');
  await server.send({ data: { unread: 2 } });
  await page.clock.runFor(500);
  await server.accept();
  await expect(page.getByText('2 unread')).toBeVisible();
  await expect(label).toHaveText('Live');
});

const shown = {
  connecting: 'Connecting…',
  open: 'Live',
  backoff: 'Connection lost. Trying again…',
  failed: 'No connection',
  closed: 'Disconnected',
};

const paths = connectionPaths({
  options: {},
  events: ['accept', 'refuse', 'drop', 'wait', 'open'],
  maxLength: 3,
});

for (const { name, steps } of paths) {
  test(name, async ({ page, server }) => {
    const clock = { advance: (ms: number) => page.clock.runFor(ms) };
    const app = { open: () => page.getByRole('button', { name: 'Connect' }).click() };
    for (const { play, expected } of steps) {
      await play({ server, clock, app });
      await expect(page.getByRole('status')).toHaveText(shown[expected.status]);
    }
  });
}

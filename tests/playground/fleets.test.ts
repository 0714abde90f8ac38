import { describe, expect, it } from 'vitest';
import { playgroundFixture } from './playground-fixture.ts';
import { askFaults, fleetsAre } from './playground-page.ts';

const playground = playgroundFixture();
const waits = { retryDelay: 1_000, maxRetryDelay: 2_000 };

describe('the fleets of the playground', () => {
  it('come back from a restart, without jitter as a herd and with it spread out', async () => {
    // Long waits, so that a machine that is busy with other things cannot flatten the herd.
    const { page, shown } = await playground.open({
      options: { retryDelay: 10_000, maxRetryDelay: 10_000 },
    });
    await page.getByRole('button', { name: 'Connect them' }).click();
    await fleetsAre(page, '100 open');
    await page.getByRole('button', { name: 'Restart the server' }).click();
    await expect
      .poll(shown)
      .toContainEqual(expect.objectContaining({ fault: 'In force: Restart, like a deploy' }));
    const fleets = async () => (await shown()).flatMap((moment) => moment.fleets);
    await expect
      .poll(fleets)
      .toContainEqual(expect.objectContaining({ summary: expect.stringMatching(/\d+ backoff/) }));
    await fleetsAre(page, '100 open');

    const most = async (of: string) =>
      Math.max(
        ...(await fleets()).flatMap(({ name, busiestSecond }) => (name === of ? [busiestSecond] : [])),
      );
    const herd = await most('Without jitter');
    const spread = await most('With full jitter');
    console.log(`busiest second: ${herd} attempts without jitter, ${spread} with full jitter`);
    expect(spread).toBeGreaterThan(0);
    expect(herd).toBeGreaterThan(2 * spread);

    const { requests } = await askFaults(playground.url);
    expect(requests).toMatchObject({ React: expect.any(Number), Vue: expect.any(Number) });
    expect(requests['without jitter']).toBeGreaterThanOrEqual(100);
  });

  it('show that the server restarts before the console asks for it again', async () => {
    const { page, shown, both } = await playground.open({ options: waits, query: { clients: 10 } });
    await both('open');
    await fleetsAre(page, '10 open');
    await page.route('**/faults', (route) =>
      route.request().method() === 'GET' ? new Promise<void>(() => {}) : route.continue(),
    );
    await page.getByRole('button', { name: 'Restart the server' }).click();
    await expect
      .poll(shown)
      .toContainEqual(expect.objectContaining({ fault: 'In force: Restart, like a deploy' }));
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await fleetsAre(page, '10 open');
  });

  it('leave no socket and no stream when they are switched off', async () => {
    const { page, both } = await playground.open({ options: waits, query: { clients: 50 } });
    const ended = new Promise((resolve) => {
      page.on('requestfailed', (request) => request.url().includes('/fleets') && resolve(true));
    });
    await both('open');
    await fleetsAre(page, '50 open');
    await expect.poll(listening).toBe(102);
    expect(sockets()).toBeGreaterThan(200);
    await page.getByRole('button', { name: 'Disconnect them' }).click();
    await ended;
    await expect.poll(listening).toBe(2);
    await expect.poll(sockets).toBeLessThan(60);
    expect(await page.getByText('50 open').count()).toBe(0);
  });

  it('go with the page that asked for them', async () => {
    const { page } = await playground.open({ options: waits, query: { clients: 20 } });
    await fleetsAre(page, '20 open');
    await page.goto('about:blank');
    await expect.poll(listening).toBe(0);
  });

  it('are as many as asked for, spread as asked for', async () => {
    const { page } = await playground.open({
      options: waits,
      query: { clients: 10, spread: 'decorrelated' },
    });
    await fleetsAre(page, '10 open');
    await page.getByRole('region', { name: 'With decorrelated jitter' }).waitFor();
    await page.getByLabel('clients of each kind').fill('30');
    await page.getByLabel('clients of each kind').press('Enter');
    await fleetsAre(page, '30 open');
    await page.getByLabel('compare with jitter').selectOption('equal');
    await page.getByRole('region', { name: 'With equal jitter' }).waitFor();
    await fleetsAre(page, '30 open');
    await expect.poll(listening).toBe(62);
  });

  it('tell nothing while nothing changes, and never more than ten times a second', async () => {
    const asked = new AbortController();
    const response = await fetch(`${playground.url}fleets?clients=10&jitter=none&retryDelay=50`, asked);
    const frames: number[] = [];
    const read = (async () => {
      for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        for (const _ of part.matchAll(/^data:/gm)) frames.push(performance.now());
      }
    })();
    try {
      await expect.poll(listening).toBe(10);
      await expect.poll(() => frames.length).toBeGreaterThan(0);
      const began = performance.now();
      await askFaults(playground.url, { id: 'accept-and-drop', seconds: 1 });
      await expect.poll(async () => (await askFaults(playground.url)).current?.inForce).toBe(false);
      await expect.poll(listening).toBe(10);
      const during = frames.filter((at) => at > began).length;
      expect(during).toBeGreaterThan(1);
      expect(during).toBeLessThanOrEqual((performance.now() - began) / 100 + 2);
    } finally {
      asked.abort();
      await expect(read).rejects.toThrow('abort');
    }
    await expect.poll(listening).toBe(0);
  });

  it.each(['clients=1001&jitter=none', 'clients=ten&jitter=none', 'clients=10&jitter=wild'])(
    'are refused with a reason: %s',
    async (query) => {
      const response = await fetch(`${playground.url}fleets?${query}`);
      expect(response.status).toBe(400);
      expect((await response.json()).error).toMatch(/^`(clients|jitter)` must be /);
    },
  );

  it('are not for other sites to connect', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    const response = await fetch(`${playground.url}fleets?clients=10&jitter=none`, { headers });
    expect(response.status).toBe(403);
  });
});

const listening = async () => (await askFaults(playground.url)).listening;

/** Both ends of every connection are in this process, but for those of the browser. */
const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

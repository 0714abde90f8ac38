import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { playgroundFixture } from './playground-fixture.ts';
import { askFaults, expectWhole, panels } from './playground-page.ts';

const playground = playgroundFixture();

describe('the settings of the playground', () => {
  it('remake both connections when they are applied, and stand in the address from then on', async () => {
    const { page, panel, requests, both } = await playground.open();
    await both('open');
    await openSettings(page);
    await page.getByLabel('maxRetries').fill('3');
    await page.getByLabel('jitter', { exact: false }).first().selectOption('none');
    await page.getByRole('button', { name: 'Apply' }).click();
    for (const name of panels) await panel(name).getByText('Retries 0 of 3').waitFor();
    await both('open');
    for (const name of panels) expect(requests(name)).toHaveLength(2);
    await expect.poll(async () => (await askFaults(playground.url)).listening).toBe(2);

    const { searchParams } = new URL(page.url());
    expect(searchParams.get('maxRetries')).toBe('3');
    expect(searchParams.get('jitter')).toBe('none');
    await page.reload();
    for (const name of panels) await panel(name).getByText('Retries 0 of 3').waitFor();
  });

  it('give the requests a token that is renewed after a 401', async () => {
    const opened = await playground.open({ query: { token: 'renewable' } });
    const { page, history, both, startAnew } = opened;
    await both('open');
    const renewals: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/token')) renewals.push(request.method());
    });
    await startAnew();
    await askFaults(playground.url, { id: 'unauthorized', seconds: null });
    for (const name of panels) await expect.poll(() => history(name)).toMatch(/^open backoff .* open$/);
    expect([1, 2]).toContain(renewals.length);
    for (const name of panels) expect(await history(name)).not.toContain('failed');
    await expectWhole(opened);
  });
});

describe('a link to a scenario', () => {
  it('begins the fault with its parameters as soon as both panels are open', async () => {
    const { page, panel, history } = await playground.open({
      // A minute is as long as it takes to look.
      query: { fault: 'restart', status: 502, seconds: 60, jitter: 'none', maxRetries: 40 },
    });
    await page.getByText('In force: Restart, like a deploy').waitFor();
    await Promise.all(panels.map((name) => panel(name).getByText('The server answered 502').waitFor()));
    const { current, now } = await askFaults(playground.url);
    expect(current?.endsAt).toBeLessThan(now + 60_000);
    await askFaults(playground.url, { id: null });
    for (const name of panels) {
      await panel(name)
        .getByText(/of 40$/)
        .waitFor();
      await expect.poll(() => history(name)).toMatch(/ open .*backoff.* open$/);
    }
  });

  it('is copied from the console as the fault is set up there', async () => {
    const { page, both } = await playground.open({ options: { maxRetries: 7 } });
    await both('open');
    const form = page.locator('[data-fault=restart]');
    await form.getByLabel('status').selectOption('500');
    await form.getByLabel('for').fill('11');
    await form.getByRole('button', { name: 'Copy link' }).click();
    await form.getByText('Copied').waitFor();
    const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    expect(Object.fromEntries(link.searchParams)).toMatchObject({
      fault: 'restart',
      status: '500',
      seconds: '11',
      maxRetries: '7',
    });
  });

  it('is put into the address bar where nothing can be copied', async () => {
    const { page, both } = await playground.open();
    await both('open');
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    });
    await page.locator('[data-fault=cut]').getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('In the address bar').waitFor();
    expect(new URL(page.url()).searchParams.get('fault')).toBe('cut');
  });

  it('that makes no sense is answered politely, and the page works without it', async () => {
    const opened = await playground.open({
      // A minute is as long as it takes to look.
      query: { jitter: 'wild', fault: 'restart', status: 418, seconds: 60, colour: '%3Cimg%20src=x%3E' },
    });
    const { page } = opened;
    const complaints = page.getByRole('status').filter({ hasText: 'was not understood' });
    await complaints.getByText('jitter must be full | equal').waitFor();
    await complaints.getByText('status must be 500 | 502 | 503, not 418.').waitFor();
    await complaints.getByText('There is no colour here.').waitFor();
    await page.getByText('In force: Restart, like a deploy').waitFor();
    await askFaults(playground.url, { id: null });
    await opened.both('open');
    await expectWhole(opened);
  });
});

async function openSettings(page: Page): Promise<void> {
  await page.getByText('Settings', { exact: true }).click();
}

import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createScriptedServer, type ScriptedServer } from '../../testing/index.ts';
import { startChromium } from '../lifecycle/chromium.ts';
import { launchChromium } from '../support/launch-chromium.ts';
import { failureRound } from './flood.ts';
import { startViewerSite, type ViewerSite } from './site.ts';
import { expectAccessible, viewerPage } from './viewer-page.ts';

let site: ViewerSite;
let browser: Browser;
let context: BrowserContext;
let server: ScriptedServer;
let page: Page;

beforeAll(async () => {
  [site, browser] = await Promise.all([startViewerSite(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  // The window has the policy of the page, which forbids what axe has to be loaded with.
  context = await browser.newContext({ bypassCSP: true });
  server = await createScriptedServer({ patience: 30_000 });
  page = await context.newPage();
  await page.goto(site.bare);
});

afterEach(async () => {
  await context.close();
  await server.close();
});

async function openWindow(): Promise<Page> {
  const opened = context.waitForEvent('page');
  expect(await page.evaluate(() => window.pageApi.openWindow())).toBe(true);
  return opened;
}

async function connect(): Promise<void> {
  await page.evaluate((url) => window.pageApi.connect(url, { retryDelay: 20 }), server.url);
  await server.accept();
}

function send(index: number): Promise<void> {
  return page.evaluate((record) => window.pageApi.receive(record), failureRound(index));
}

describe('a viewer in a window of its own', () => {
  it('shows what happens in the page that opened it', async () => {
    const popup = await openWindow();
    const { row, fact } = viewerPage(popup);
    await connect();
    await row('connecting → open.fresh').waitFor();
    expect(await popup.title()).toBe('Connections · sse-machine');
    await server.drop();
    await server.accept();
    await row('network · retry 1 of 8').click();
    await expect.poll(() => fact('Status')).toBe('Backoff, waiting');
    await expectAccessible(popup);
  });

  it('is null when the browser blocks the window', async () => {
    await using chromium = await startChromium();
    const strict = await chromium.context.newPage();
    await strict.goto(`${site.bare}?window`);
    expect(await strict.evaluate(() => window.pageApi.isBlocked)).toBe(true);
    await strict.close();
  });

  it('says so when the page goes, and leaves behind what can be read without it', async () => {
    const popup = await openWindow();
    await connect();
    await server.drop();
    await server.accept();
    await viewerPage(popup).row('connecting → open.fresh').nth(1).waitFor();
    await page.goto(site.elsewhere);
    await popup.getByText('The page has gone.').waitFor();
    const entry = popup.locator('details').filter({ hasText: 'network · retry 1 of 8' });
    expect(await entry.getByText('Backoff, waiting').isVisible()).toBe(false);
    await entry.locator('summary').click();
    expect(await entry.getByText('Backoff, waiting').isVisible()).toBe(true);
    await expectAccessible(popup);
  });

  it('takes over the window that was there before the page was loaded anew', async () => {
    const popup = await openWindow();
    await connect();
    await viewerPage(popup).row('open.fresh').waitFor();
    await page.reload();
    await popup.getByText('The page has gone.').waitFor();
    expect(await page.evaluate(() => window.pageApi.openWindow())).toBe(true);
    await send(0);
    await viewerPage(popup).row('request.accepted').waitFor();
    expect(await viewerPage(popup).rows.count()).toBe(1);
    expect(await popup.getByText('The page has gone.').count()).toBe(0);
    expect(context.pages()).toHaveLength(2);
  });

  it('leaves the window to the viewer that was opened last', async () => {
    const popup = await openWindow();
    await page.evaluate(() => {
      window.pageApi.earlier = window.pageApi.window;
      window.pageApi.openWindow();
    });
    await send(0);
    await viewerPage(popup).row('request.accepted').waitFor();
    await page.evaluate((record) => window.pageApi.earlier?.send(record as never), failureRound(1));
    await send(2);
    await viewerPage(popup).row('503 · retry').waitFor();
    expect(await viewerPage(popup).rows.count()).toBe(2);
    expect(await popup.locator('body > *').count()).toBe(1);
    await page.evaluate(() => window.pageApi.earlier?.close());
    expect(popup.isClosed()).toBe(false);
  });

  it('remembers what it has shown when its window is loaded anew', async () => {
    const popup = await openWindow();
    await send(0);
    await viewerPage(popup).row('request.accepted').waitFor();
    await popup.reload();
    await send(2);
    await viewerPage(popup).row('503 · retry').waitFor();
    expect(await viewerPage(popup).rows.count()).toBe(2);
  });

  it('does no harm to the page when its window is closed, or has gone to another site', async () => {
    const popup = await openWindow();
    await connect();
    await popup.goto(site.page.replace('127.0.0.1', 'localhost'));
    await server.send('one');
    await popup.close();
    await server.send('two');
    await expect.poll(() => page.evaluate(() => window.pageApi.connections[0]?.state.lastEventId)).toBe('2');
    await send(0);
    await page.evaluate(() => window.pageApi.window?.close());
  });

  it('closes its window', async () => {
    const popup = await openWindow();
    const closed = popup.waitForEvent('close');
    await page.evaluate(() => window.pageApi.window?.close());
    await closed;
  });
});

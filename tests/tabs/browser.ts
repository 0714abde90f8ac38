import type { BrowserContext, Page } from 'playwright';
import type { Origin } from './origin.ts';
import type { PageOptions } from './page.ts';

/** Opens a tab. */
export async function loadTab(context: BrowserContext, origin: Origin): Promise<Page> {
  const page = await context.newPage();
  await page.goto(origin.url);
  await page.waitForFunction(() => 'tab' in window);
  return page;
}

export function connect(page: Page, options: PageOptions = {}): Promise<void> {
  return page.evaluate((given) => window.tab.open('/events', given), { retryDelay: 100, ...options });
}

/** Opens a tab that connects. */
export async function openTab(context: BrowserContext, origin: Origin, options?: PageOptions): Promise<Page> {
  const page = await loadTab(context, origin);
  await connect(page, options);
  return page;
}

export function received(page: Page): Promise<string[]> {
  return page.evaluate(() => window.tab.received);
}

export async function statusOf(page: Page): Promise<string> {
  return page.evaluate(() => window.tab.state().status);
}

/** The names of the locks of all pages, those that are held and those that are waited for. */
export function locksOf(page: Page): Promise<{ held: number; pending: number }> {
  return page.evaluate(async () => {
    const { held = [], pending = [] } = await navigator.locks.query();
    return { held: held.length, pending: pending.length };
  });
}

import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright';
import { test as base, expect } from 'vitest';
import { outputFolder } from '../../site/build/places.ts';
import { launchChromium } from '../support/launch-chromium.ts';
import { serveFolder } from '../support/serve-folder.ts';
import { place } from './built-site.ts';

/** How a page may be visited otherwise. */
interface VisitOptions extends BrowserContextOptions {
  /** Where the site is, if not at its server: a folder of files. */
  readonly base?: string;
  /** Warnings on the console that the page is meant to give. */
  readonly expected?: RegExp;
  /** Runs in the page, and in each of its frames, before anything else. */
  readonly before?: () => void;
}

export type Visit = (path: string, options?: VisitOptions) => Promise<Page>;

let opened: { readonly browser: Browser; readonly site: Awaited<ReturnType<typeof serveFolder>> } | undefined;

/** Starts the browser, and a server of the site. */
export async function openSite(): Promise<void> {
  const [browser, site] = await Promise.all([launchChromium(), serveFolder(outputFolder, place)]);
  opened = { browser, site };
}

export async function closeSite(): Promise<void> {
  await opened?.browser.close();
  await opened?.site[Symbol.asyncDispose]();
}

/** A test that visits pages. They may complain of nothing and ask nobody else. */
export const test = base.extend<{ visit: Visit }>({
  visit: async ({ task }, use) => {
    const contexts = new Set<BrowserContext>();
    const faults: string[] = [];
    await use(async (path, { base, expected, before, ...options } = {}) => {
      if (!opened) throw new Error('The site is not open.');
      const { browser, site } = opened;
      const folder = base ?? site.url;
      const context = await browser.newContext(options);
      contexts.add(context);
      if (before) await context.addInitScript(before);
      const page = await context.newPage();
      const complain = (what: string) => faults.push(`${path}: ${what}`);
      page.on('close', () => contexts.delete(context));
      page.on('console', (message) => {
        const isMeant = expected?.test(message.text()) ?? false;
        if (['error', 'warning'].includes(message.type()) && !isMeant) complain(message.text());
      });
      page.on('pageerror', (error) => complain(String(error)));
      page.on('request', (request) => {
        if (!request.url().startsWith(folder) && !/^(data|about):/.test(request.url()))
          complain(request.url());
      });
      page.on('response', (response) => {
        if (response.status() >= 400) complain(`${response.status()} ${response.url()}`);
      });
      await page.goto(folder + path);
      // The app of VitePress does not run from files.
      if (!base) await page.locator('.VPNavBarSearch button').first().waitFor({ state: 'attached' });
      return page;
    });
    for (const context of contexts) await context.close();
    expect(faults, task.name).toEqual([]);
  },
});

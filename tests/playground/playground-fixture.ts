import type { Browser, BrowserContext } from 'playwright';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Playground, startPlayground } from '../../visualizations/playground/server/playground.ts';
import { launchChromium } from '../support/launch-chromium.ts';
import { freePort } from '../support/ports.ts';
import { askFaults, openPage, type PageOptions, type PlaygroundPage } from './playground-page.ts';

/** A playground and a browser, for all tests of a file. */
export interface PlaygroundFixture {
  readonly url: string;
  /** Opens a page of it. It is closed after the test, and must have had no error. */
  open(options?: PageOptions): Promise<PlaygroundPage>;
}

export function playgroundFixture(): PlaygroundFixture {
  let playground: Playground;
  let browser: Browser;
  let context: BrowserContext;
  let pages: PlaygroundPage[] = [];

  beforeAll(async () => {
    [playground, browser] = await Promise.all([
      startPlayground({ port: await freePort(), pace: { every: 50, keepAlive: 200 } }),
      launchChromium(),
    ]);
    context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  });

  afterAll(async () => {
    await browser?.close();
    await playground?.[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    await askFaults(playground.url, { id: null });
    const errors = pages.flatMap((one) => one.errors);
    await Promise.all(pages.map(({ page }) => page.close()));
    pages = [];
    expect(errors).toEqual([]);
  });

  return {
    get url() {
      return playground.url;
    },
    async open(options) {
      const opened = await openPage(context, playground.url, options);
      pages.push(opened);
      return opened;
    },
  };
}

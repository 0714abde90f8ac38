import type { Browser, BrowserContext } from 'playwright';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Playground, startPlayground } from '../../visualizations/playground/server/playground.ts';
import { launchChromium } from '../support/launch-chromium.ts';
import { askFaults, type Visit, type VisitOptions, visit } from './visit.ts';

/** A playground and a browser, for all tests of a file. */
export interface House {
  readonly url: string;
  /** Opens a page of it. It is closed after the test, and must have had no error. */
  open(options?: VisitOptions): Promise<Visit>;
}

export function openHouse(): House {
  let playground: Playground;
  let browser: Browser;
  let context: BrowserContext;
  let visits: Visit[] = [];

  beforeAll(async () => {
    [playground, browser] = await Promise.all([
      startPlayground({ port: 0, pace: { every: 50, keepAlive: 200 } }),
      launchChromium(),
    ]);
    context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  }, 30_000);

  afterAll(async () => {
    await browser?.close();
    await playground?.[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    await askFaults(playground.url, { id: null });
    const errors = visits.flatMap((one) => one.errors);
    await Promise.all(visits.map(({ page }) => page.close()));
    visits = [];
    expect(errors).toEqual([]);
  });

  return {
    get url() {
      return playground.url;
    },
    async open(options) {
      const opened = await visit(context, playground.url, options);
      visits.push(opened);
      return opened;
    },
  };
}

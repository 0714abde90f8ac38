import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../scripts/programs.mjs';
import { launchFirefox } from '../support/browsers/firefox.ts';
import { needsPrograms } from '../support/programs.ts';
import { type Origin, startOrigin } from './origin.ts';

describe('three tabs in Firefox', () => {
  needsPrograms('firefox-esr');
  let firefox: Browser;
  let origin: Origin;

  beforeAll(async () => {
    origin = await startOrigin();
    if (findProgram('firefox-esr')) firefox = await launchFirefox();
  });
  afterAll(async () => {
    await firefox?.close();
    await origin[Symbol.asyncDispose]();
  });

  async function openTab(): Promise<Page> {
    const page = await firefox.newPage();
    await page.goto(origin.url);
    await page.waitForFunction(() => 'tab' in window);
    await page.evaluate(() => window.tab.open('/events', { retryDelay: 100 }));
    await expect.poll(() => page.evaluate(() => window.tab.state().status)).toBe('open');
    return page;
  }

  const received = (page: Page) => page.evaluate(() => window.tab.received);
  const expectAll = async (page: Page, ...all: string[]) => expect.poll(() => received(page)).toEqual(all);

  test('have one stream, and another goes on where the one that had it is closed', async () => {
    const [first, second, third] = [await openTab(), await openTab(), await openTab()];
    expect(origin.requests).toHaveLength(1);
    origin.publish();
    for (const page of [first, second, third]) await expectAll(page, 'event 1');

    await first.close();
    origin.publish();
    for (const page of [second, third]) await expectAll(page, 'event 1', 'event 2');
    expect(origin.requests).toHaveLength(2);
    await expect.poll(() => origin.streams.size).toBe(1);
  });
});

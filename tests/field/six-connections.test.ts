import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/launch-chromium.ts';
import { startSite } from '../support/site.ts';
import { type SseServer, startSseServer } from '../support/sse-server.ts';
import { until } from '../support/until.ts';

// A browser has six sockets for an origin over HTTP/1.1, and the streams have them all.

let browser: Browser;
let site: Awaited<ReturnType<typeof startSite>>;

beforeAll(async () => {
  browser = await launchChromium();
  site = await startSite({
    script: new URL('page/six-connections.ts', import.meta.url),
    pages: { '/': '<!doctype html><title>Six</title><script type="module" src="/page.js"></script>' },
  });
});

afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

const standingOf = (page: Page, { url }: SseServer) => page.evaluate((url) => window.standingOf(url), url);

const six = <Value>(value: Value): Value[] => Array.from({ length: 6 }, () => value);

describe.each([
  ['fetch', false],
  ['EventSource', true],
])('six quiet connections to one origin, over %s', (_, native) => {
  test('find no socket for a successor after an `online` event, and go on, uncharged', async () => {
    await using server = await startSseServer();
    const page = await browser.newPage();
    await page.goto(site.origin);
    await page.evaluate(([url, native]) => window.openSix(url, native), [server.url, native] as const);
    await until(() => server.streams.size === 6);
    server.publish('1');
    await expect.poll(async () => (await standingOf(page, server)).received).toEqual(six([1]));

    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    // 5 s of quiet, and then the time that a request has.
    await expect.poll(async () => (await standingOf(page, server)).failures).toEqual(six('timeout'));
    expect(server.requests).toHaveLength(6);
    expect(await standingOf(page, server)).toMatchObject({ statuses: six('open'), retries: six(0) });

    server.publish('2');
    await expect.poll(async () => (await standingOf(page, server)).received).toEqual(six([1, 2]));
    expect(server.streams.size).toBe(6);
    expect(await standingOf(page, server)).toMatchObject({ statuses: six('open'), retries: six(0) });
    await page.close();
  });
});

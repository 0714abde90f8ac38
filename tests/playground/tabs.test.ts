import type { BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../visualizations/playground/server/playground.ts';
import { startChromium } from '../lifecycle/chromium.ts';
import { freePort } from '../support/ports.ts';
import { fast } from './playground-page.ts';

let playground: Playground;
let chromium: Awaited<ReturnType<typeof startChromium>>;
let context: BrowserContext;
let errors: string[];
let main: Page;

beforeAll(async () => {
  [playground, chromium] = await Promise.all([
    startPlayground({ port: await freePort(), pace: { every: 50, keepAlive: 200 } }),
    startChromium(),
  ]);
  ({ context } = chromium);
  context.on('page', (page) => page.on('pageerror', ({ message }) => errors.push(message)));
});

afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await playground?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  errors = [];
  main = await context.newPage();
  const query = Object.entries(fast).map(([name, value]) => `${name}=${value}`);
  await main.goto(`${playground.url}?${query.join('&')}`);
});

afterEach(async () => {
  // The first page is the browser's own, which would end without any.
  for (const page of context.pages().slice(1)) await page.close();
  expect(errors).toEqual([]);
});

/** Opens a tab as a person does, and waits until it says what it does. */
async function anotherTab(from: Page, title: string): Promise<Page> {
  await from.bringToFront(); // a page that is hidden draws nothing, and hears no click
  const [page] = await Promise.all([
    context.waitForEvent('page'),
    from.getByRole('link', { name: 'Another tab' }).click(),
  ]);
  await says(page, title);
  return page;
}

async function says(page: Page, title: string): Promise<void> {
  await page.getByRole('heading', { name: `This tab ${title}`, exact: true }).waitFor();
}

async function count(page: Page, label: string): Promise<number> {
  const fact = page.locator('.counts > div').filter({ has: page.getByText(label, { exact: true }) });
  return Number(await fact.locator('dd').textContent());
}

async function expectCounts(page: Page, counts: Readonly<Record<string, number>>): Promise<void> {
  const read = async () =>
    Object.fromEntries(
      await Promise.all(Object.keys(counts).map(async (label) => [label, await count(page, label)] as const)),
    );
  await expect.poll(read).toEqual(counts);
}

/** Events come; none is missed and none came twice. */
async function expectWhole(page: Page): Promise<void> {
  const received = await count(page, 'Received');
  await expect.poll(() => count(page, 'Received')).toBeGreaterThan(received);
  await expectCounts(page, { Missed: 0, Duplicate: 0 });
}

async function openThree(): Promise<readonly [Page, Page, Page]> {
  const first = await anotherTab(main, 'leads');
  const second = await anotherTab(first, 'follows');
  const third = await anotherTab(main, 'follows');
  return [first, second, third];
}

describe('the tabs of the playground', () => {
  it('share one stream and one request, and say who leads, since when, and how many follow', async () => {
    const tabs = await openThree();
    for (const page of [main, ...tabs]) {
      await expectCounts(page, { Lead: 1, Follow: 2, Streams: 1, Requests: 1 });
    }
    for (const tab of tabs) await expectWhole(tab);
    const leaders = await Promise.all(
      tabs.map((tab) => tab.getByRole('definition').filter({ hasText: / tab$/ }).textContent()),
    );
    expect(leaders).toEqual(['this tab', 'another tab', 'another tab']);
    const since = await Promise.all(
      tabs.map((tab) =>
        tab
          .getByRole('definition')
          .filter({ hasText: /\d:\d\d:\d\d/ })
          .textContent(),
      ),
    );
    expect(new Set(since).size).toBe(1);
  });

  it.each([
    ['Close it', 2],
    ['Freeze it for 8 s', 3],
    ['Let it hang for 8 s', 3],
  ])('go on when the one that leads is told: %s', async (label, left) => {
    const [first, second, third] = await openThree();
    await second.bringToFront();
    await second.getByRole('button', { name: label, exact: true }).click();
    const headings = () => Promise.all([second, third].map((tab) => tab.locator('h1').textContent()));
    await expect.poll(async () => (await headings()).sort()).toEqual(['This tab follows', 'This tab leads']);
    await expectCounts(second, { Lead: 1, Follow: left - 1, Streams: 1, Requests: 2 });
    for (const tab of [second, third]) await expectWhole(tab);
    if (left === 2) return expect(first.isClosed()).toBe(true);
    await says(first, 'follows');
    await expectWhole(first);
  });
});

import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { outputFolder } from '../../site/build/places.ts';
import { launchChromium } from '../support/launch-chromium.ts';
import { expectAccessible } from '../viewer/viewer-page.ts';
import { buildSite, builtPages, place, serveSite } from './built-site.ts';

/** A page of each kind; EVERY_PAGE looks at all. */
const kinds = [
  'index.html',
  'start/react.html',
  'guide/show-the-state.html',
  'guide/llm.html',
  'concepts/sharing.html',
  'concepts/options.html',
  'coming-from/fetch-event-source.html',
  'api/sse-machine/tabs.html',
];

let browser: Browser;
let site: Awaited<ReturnType<typeof serveSite>>;
let pages: Map<string, string>;

beforeAll(async () => {
  buildSite();
  pages = builtPages();
  [browser, site] = await Promise.all([launchChromium(), serveSite()]);
}, 600_000); // the build takes half a minute, on a machine that has nothing else to do

afterAll(async () => {
  await browser.close();
  await site[Symbol.asyncDispose]();
});

const looked = () => (process.env['EVERY_PAGE'] ? [...pages.keys()] : kinds);

/** A page that may complain of nothing and ask nobody else. */
async function visit(path: string, options: BrowserContextOptions = {}, base = site.url): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('data:')) faults.push(request.url());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(faults, path).toEqual([]);
  });
  await page.goto(base + path);
  if (base === site.url) await page.locator('.VPNavBarSearch button').first().waitFor({ state: 'attached' });
  return page;
}

describe('every page of the site', () => {
  test('leads only to files and anchors that there are', () => {
    const broken: string[] = [];
    for (const [path, html] of pages) {
      const visible = html.replaceAll(/<script[\s\S]*?<\/script>/g, '');
      for (const [, target = ''] of visible.matchAll(/(?:href|src)="([^"]+)"/g)) {
        if (/^(https?:|data:|mailto:)/.test(target)) continue;
        const [file = '', anchor] = target.replaceAll('&amp;', '&').split('#');
        const named = file === '' ? path : posix.join(posix.dirname(path), file);
        const isThere = existsSync(join(outputFolder, named));
        const hasAnchor =
          anchor === undefined ||
          anchor === '' ||
          pages.get(named)?.includes(`id="${decodeURIComponent(anchor)}"`);
        if (!isThere || !hasAnchor) broken.push(`${path}: ${target}`);
      }
    }
    expect(pages.size).toBeGreaterThan(45);
    expect(broken).toEqual([]);
  });

  test('loads in a folder of any server, without a complaint and without asking anybody else', async () => {
    for (const path of looked()) {
      const page = await visit(path);
      await page.waitForLoadState('networkidle');
      expect(await page.locator('h1').count(), path).toBe(1);
      await page.context().close();
    }
  }, 300_000);

  test.each(['light', 'dark'] as const)(
    'has nothing that axe complains of in %s colours',
    async (colorScheme) => {
      for (const path of looked()) {
        const page = await visit(path, { colorScheme, reducedMotion: 'reduce' });
        await expectAccessible(page);
        await page.context().close();
      }
    },
    600_000,
  );

  test('fits a phone', async () => {
    for (const path of looked()) {
      const page = await visit(path, { viewport: { width: 375, height: 700 } });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([path, width]).toEqual([path, 375]);
      await page.context().close();
    }
  }, 300_000);
});

describe('a reader', () => {
  test('goes from page to page, up and down the folders, and all links still lead where they led', async () => {
    const page = await visit('index.html');
    await page.getByRole('link', { name: 'never lose an event' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Never lose an event' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`${place}guide/never-lose-an-event.html`);
    await page
      .getByRole('navigation', { name: 'Main Navigation' })
      .getByRole('link', { name: 'API' })
      .click();
    await page.getByRole('heading', { level: 1, name: 'API' }).waitFor();
    await page.locator('.VPSidebar').getByRole('link', { name: 'Decisions' }).click();
    await page.getByRole('heading', { level: 1, name: 'Decisions' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Decisions' }).waitFor();
    const outside = await page.locator('a[href]').evaluateAll((links, folder) => {
      const own = links.filter(
        (link) => link instanceof HTMLAnchorElement && link.origin === location.origin,
      );
      return own
        .map((link) => (link as HTMLAnchorElement).pathname)
        .filter((path) => !path.startsWith(folder));
    }, place);
    expect(outside).toEqual([]);
  });

  test('finds an option by keyboard alone', async () => {
    const page = await visit('index.html');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Skip to content');
    await page.locator('body').press('/');
    await page.getByRole('searchbox').fill('stableAfter');
    await page.locator('.VPLocalSearchBox .result').first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\.html#/);
  });

  test('switches to dark colours, and the demo follows', async () => {
    const page = await visit('start/vue.html', { colorScheme: 'light' });
    const ground = () =>
      page.locator('sse-demo .demo').evaluate((demo) => getComputedStyle(demo).backgroundColor);
    const light = await ground();
    await page.getByRole('switch').first().click();
    await expect.poll(ground).not.toBe(light);
  });

  test('reads the pages and breaks the demos without any server, from a folder of files', async () => {
    const folder = `${pathToFileURL(outputFolder).href}/`;
    const page = await visit('index.html', { colorScheme: 'dark' }, folder);
    const { status, press } = demo(page);
    await expect.poll(status).toBe('Open');
    await press('Restart the server (3 s)');
    await expect.poll(status).toBe('Backoff');
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).not.toBe(
      'rgb(255, 255, 255)',
    );
    await page.getByRole('link', { name: 'tokens', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Tokens and refresh' }).waitFor();
    await page.locator('.VPSidebar').getByRole('link', { name: 'React', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Start with React' }).waitFor();
    await page
      .getByRole('navigation', { name: 'Main Navigation' })
      .getByRole('link', { name: 'API' })
      .click();
    await page.getByRole('heading', { level: 1, name: 'API' }).waitFor();
  });
});

describe('the demo of', () => {
  test('a restart: goes on by itself, and misses nothing', async () => {
    const { status, press, fact, lit } = demo(await visit('start/react.html'));
    await expect.poll(() => fact('Received')).toBe('2');
    await press('Restart the server (3 s)');
    await expect.poll(status).toBe('Backoff');
    expect(await lit()).toContain('backoff');
    await expect.poll(status, { timeout: 20_000 }).toBe('Open');
    await expect.poll(async () => Number(await fact('Received'))).toBeGreaterThan(4);
    expect([await fact('Missed'), await fact('Twice')]).toEqual(['0', '0']);
  });

  test('the statuses: shows all five', async () => {
    const { status, press } = demo(await visit('guide/show-the-state.html'));
    await expect.poll(status).toBe('Open');
    await press('Answer nothing');
    await expect.poll(status).toBe('Connecting');
    await press('Mend the server');
    await press('Reconnect');
    await expect.poll(status).toBe('Open');
    await press('Answer 401');
    await expect.poll(status).toBe('Failed');
    await press('Mend the server');
    await press('Open');
    await expect.poll(status).toBe('Open');
    await press('Answer 204');
    await expect.poll(status).toBe('Closed');
  });

  test('replays: the stream is cut by keyboard, and nothing is missed', async () => {
    const page = await visit('guide/never-lose-an-event.html');
    const { fact, log } = demo(page);
    await expect.poll(() => fact('Received')).toBe('1');
    await page.getByRole('button', { name: 'Cut the stream' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(log).toMatch(/GET after event \d+: accepted/);
    await expect.poll(async () => Number(await fact('Received'))).toBeGreaterThan(2);
    expect([await fact('Missed'), await fact('Twice')]).toEqual(['0', '0']);
  });

  test('tokens: a 401 is renewed, and an announced one breaks nothing', async () => {
    const page = await visit('guide/tokens.html');
    const { status, press, fact, log } = demo(page);
    await expect.poll(status).toBe('Open');
    await press('Expire the token');
    await expect.poll(log, { timeout: 20_000 }).toContain('refresh() brings a new token');
    await expect.poll(status, { timeout: 20_000 }).toBe('Open');
    await expect.poll(async () => Number(await fact('Received'))).toBeGreaterThan(2); // past `stableAfter`
    await press('Announce that it expires');
    await expect.poll(async () => (await log()).split('refresh() brings').length).toBe(3);
    expect(await status()).toBe('Open');
  });

  test('an answer: a cut costs no token, and the question is asked once', async () => {
    const page = await visit('guide/llm.html');
    const { status, press, log, text } = demo(page);
    await expect.poll(text).toContain('A stream that');
    await press('Cut the stream');
    await expect.poll(status, { timeout: 30_000 }).toBe('Closed');
    expect(await text()).toBe(
      'A stream that breaks is carried on by a GET with the last event ID, so that no token is lost and none comes twice.',
    );
    expect((await log()).match(/POST/g)).toHaveLength(1);
    expect(await log()).toMatch(/GET after event \d+: accepted/);
  });

  test('sharing: three components cost one request, and one closes alone', async () => {
    const page = await visit('concepts/sharing.html');
    const { log } = demo(page);
    const badges = () => page.locator('sse-demo .badge').allInnerTexts();
    await expect.poll(badges).toEqual(['Open', 'Open', 'Open']);
    expect((await log()).match(/GET/g)).toHaveLength(1);
    await page.getByRole('group', { name: 'The connection of Component 1' }).getByText('Close').click();
    await expect.poll(badges).toEqual(['Closed', 'Open', 'Open']);
  });

  test('failures: a 503 is tried again, a 410 forgets the event, a 403 is the end', async () => {
    const page = await visit('concepts/failures.html');
    const { status, press, fact, log } = demo(page);
    await expect.poll(() => fact('Received')).toBe('1');
    await press('Answer 503, come back in 4 s');
    await expect.poll(() => fact('Next attempt')).toMatch(/^in [345]/);
    await expect.poll(status, { timeout: 20_000 }).toBe('Open');
    await press('Answer 410 once');
    await expect.poll(log, { timeout: 20_000 }).toContain('A gap is announced: forgotten');
    await expect.poll(status).toBe('Open');
    await press('Answer 403');
    await expect.poll(status).toBe('Failed');
  });

  test('the budget: is spent, and whole again', async () => {
    const page = await visit('concepts/budget.html');
    const { status, press, fact } = demo(page);
    await expect.poll(status).toBe('Open');
    await press('Break the server');
    await expect.poll(status, { timeout: 20_000 }).toBe('Failed');
    expect(await fact('Retries')).toBe('4');
    await press('Mend the server');
    await press('Reconnect');
    await expect.poll(status).toBe('Open');
    expect(await fact('Retries')).toBe('0');
  });
});

/** The first demo of a page, as a person sees it. */
function demo(page: Page) {
  const root = page.locator('sse-demo').first();
  return {
    status: () => root.locator('.badge').first().innerText(),
    text: () => root.locator('.text').innerText(),
    log: () => root.locator('.log').innerText(),
    press: (label: string) => root.getByRole('button', { name: label, exact: true }).first().click(),
    fact: (term: string) =>
      root
        .locator('dl > div')
        .filter({ has: page.getByText(term, { exact: true }) })
        .first()
        .locator('dd')
        .innerText(),
    lit: () =>
      root
        .locator('.state.active')
        .evaluateAll((states) => states.map((one) => one.getAttribute('data-state'))),
  };
}

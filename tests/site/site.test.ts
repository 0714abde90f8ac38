import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { outputFolder } from '../../site/build/places.ts';
import { violationsOf } from '../viewer/viewer-page.ts';
import { buildSite, builtPages, place } from './built-site.ts';
import { demo, testDemos } from './demos.ts';
import { closeSite, openSite, test, type Visit } from './visit.ts';

/**
 * A page of each kind; EVERY_PAGE=1 looks at all, for about ten minutes. SITE_IS_BUILT=1 takes the files that are there, after
 * a change of a test alone.
 */
const kinds = [
  'index.html',
  'start/react.html',
  'guide/show-the-state.html',
  'guide/llm.html',
  'guide/tabs.html',
  'concepts/sharing.html',
  'concepts/options.html',
  'coming-from/fetch-event-source.html',
  'api/sse-machine/tabs.html',
];

let pages: Map<string, string>;

beforeAll(async () => {
  if (!process.env['SITE_IS_BUILT']) buildSite();
  pages = builtPages();
  await openSite();
}, 600_000); // the build takes half a minute, on a machine that has nothing else to do

afterAll(closeSite);

const phone = { width: 375, height: 700 };
const desk = { width: 1280, height: 800 };

/** In which axe sees each page. */
const looks = [
  { name: 'in light colours', colorScheme: 'light', viewport: desk },
  { name: 'in dark colours', colorScheme: 'dark', viewport: desk },
  { name: 'in light colours on a phone', colorScheme: 'light', viewport: phone },
  { name: 'in dark colours on a phone', colorScheme: 'dark', viewport: phone },
] as const;

interface Found {
  readonly path: string;
  /** How many `h1` it has. */
  readonly titles: number;
  readonly phoneWidth: number;
  /** The complaints of axe, by the look. */
  readonly axe: Readonly<Record<string, readonly string[]>>;
}

let found: Promise<readonly Found[]> | undefined;

/** Loads each page once, and looks at it in every way. */
function lookAtAll(visit: Visit): Promise<readonly Found[]> {
  async function look(): Promise<readonly Found[]> {
    const all: Found[] = [];
    for (const path of process.env['EVERY_PAGE'] ? pages.keys() : kinds) all.push(await lookAt(path, visit));
    return all;
  }
  found ??= look();
  return found;
}

async function lookAt(path: string, visit: Visit): Promise<Found> {
  const page = await visit(path, { viewport: phone, reducedMotion: 'reduce' });
  await page.waitForLoadState('networkidle');
  const phoneWidth = await page.evaluate(() => document.documentElement.scrollWidth);
  const titles = await page.locator('h1').count();
  const axe: Record<string, readonly string[]> = {};
  for (const { name, colorScheme, viewport } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await page.locator(colorScheme === 'dark' ? 'html.dark' : 'html:not(.dark)').waitFor();
    axe[name] = await violationsOf(page);
  }
  await page.context().close();
  return { path, titles, phoneWidth, axe };
}

testDemos();

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

  test('loads in a folder of any server, without a complaint and without asking anybody else', async ({
    visit,
  }) => {
    for (const { path, titles } of await lookAtAll(visit)) expect([path, titles]).toEqual([path, 1]);
  }, 1_200_000);

  test.for(looks)('has nothing that axe complains of $name', async ({ name }, { visit }) => {
    const found = await lookAtAll(visit);
    expect(found.flatMap(({ path, axe }) => axe[name]?.map((what) => `${path}: ${what}`) ?? [])).toEqual([]);
  });

  test('fits a phone', async ({ visit }) => {
    const found = await lookAtAll(visit);
    expect(found.filter(({ phoneWidth }) => phoneWidth > phone.width)).toEqual([]);
  });
});

describe('a reader', () => {
  test('goes from page to page, up and down the folders, and all links still lead where they led', async ({
    visit,
  }) => {
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

  test('finds an option by keyboard alone', async ({ visit }) => {
    const page = await visit('index.html');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Skip to content');
    await page.locator('body').press('/');
    await page.getByRole('searchbox').fill('stableAfter');
    await page.locator('.VPLocalSearchBox .result').first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\.html#/);
  });

  test('switches to dark colours, and the demo follows', async ({ visit }) => {
    const page = await visit('start/vue.html', { colorScheme: 'light' });
    const ground = () =>
      page.locator('sse-demo .demo').evaluate((demo) => getComputedStyle(demo).backgroundColor);
    const light = await ground();
    await page.getByRole('switch').first().click();
    await expect.poll(ground).not.toBe(light);
  });

  test('reads the pages and breaks the demos without any server, from a folder of files', async ({
    visit,
  }) => {
    const folder = `${pathToFileURL(outputFolder).href}/`;
    const page = await visit('index.html', { colorScheme: 'dark', base: folder });
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

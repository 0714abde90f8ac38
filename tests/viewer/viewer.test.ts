import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createScriptedServer, type ScriptedServer } from '../../testing/index.ts';
import { launchChromium } from '../support/launch-chromium.ts';
import { failureRound } from './flood.ts';
import { startViewerSite, type ViewerSite } from './site.ts';
import { expectAccessible, type ViewerPage, viewerPage } from './viewer-page.ts';

let site: ViewerSite;
let browser: Browser;
let context: BrowserContext;
let server: ScriptedServer;
let page: Page;
let viewer: ViewerPage;
let errors: string[];

beforeAll(async () => {
  [site, browser] = await Promise.all([startViewerSite(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  server = await createScriptedServer({ patience: 30_000 });
  await open();
});

afterEach(async () => {
  await context.close();
  await server.close();
  expect(errors).toEqual([]);
});

async function open(): Promise<void> {
  page = await context.newPage();
  errors = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (entry) => {
    if (entry.type() === 'error' && !entry.text().startsWith('Failed to load')) errors.push(entry.text());
  });
  await page.goto(site.page);
  viewer = viewerPage(page);
}

/** Whether a state of the chart is in sight from top to bottom. */
function isInSight(path: string): Promise<boolean> {
  return page.getByRole('region', { name: 'Statechart' }).evaluate((pane, wanted) => {
    const frame = pane.getBoundingClientRect();
    const box = pane.querySelector(`[data-state='${wanted}'] > rect`)?.getBoundingClientRect();
    return box !== undefined && box.top >= frame.top && box.bottom <= frame.bottom;
  }, path);
}

/** The delays are as long as they are set, so that a test knows what is said of them; and nothing happens by itself. */
function connect(retryDelay = 20): Promise<void> {
  return page.evaluate(
    ([url, delay]) =>
      window.pageApi.connect(url, {
        jitter: 'none',
        retryDelay: delay,
        maxRetries: 3,
        stableAfter: 600_000,
      }),
    [server.url, retryDelay] as const,
  );
}

/** Opens, fails, is refused, and opens again. */
async function failAndRecover(): Promise<void> {
  await connect();
  await server.accept();
  await server.send('one', 'two');
  await viewer.row('2 messages in 1 chunk').waitFor();
  await server.drop();
  await server.refuse(503);
  await server.accept();
  await viewer.row('connecting → open.fresh').nth(1).waitFor();
}

function send(...records: readonly unknown[]): Promise<void> {
  return page.evaluate((all) => {
    for (const record of all) window.pageApi.receive(record);
  }, records);
}

describe('the viewer', () => {
  it('shows how a connection fails and recovers', async () => {
    await expect.poll(() => page.getByText('No connection has been seen yet.').isVisible()).toBe(true);
    await connect();
    await server.accept();
    await server.send('one', 'two');
    await viewer.row('2 messages in 1 chunk · ID 2').waitFor();
    await server.drop();
    await viewer.row(/open\.fresh → backoff\.waiting.*retry 1 of 3 in 20 ms/).waitFor();
    await server.refuse(503);
    await viewer.row(/connecting → backoff\.waiting.*503 · retry 2 of 3 in 40 ms/).waitFor();
    await server.accept();

    await expect.poll(() => viewer.fact('Status')).toBe('Open, fresh');
    expect(await viewer.fact('Retries')).toBe('2 of 3');
    expect(await viewer.fact('Error')).toBe('none');
    expect(await viewer.fact('Last event ID')).toBe('2');
    const opened = ['live', 'live.open', 'live.open.fresh'];
    expect(await viewer.lit()).toEqual([...opened, 'live.connecting → live.open']);
    expect(await viewer.picker.locator('option').allTextContents()).toEqual(['/events · open']);
    expect(await viewer.timeline.getAttribute('aria-valuetext')).toMatch(
      /request\.accepted: connecting → open\.fresh/,
    );
  });

  it('shows a past moment as it was, and stays with it until one goes back to live', async () => {
    await failAndRecover();
    await viewer.row('503 · retry 2 of 3').click();
    await expect.poll(() => viewer.fact('Status')).toBe('Backoff, waiting');
    expect(await viewer.fact('Retries')).toBe('2 of 3');
    expect(await viewer.fact('Delay')).toBe('waits 40 ms: as set, no jitter');
    expect(await viewer.fact('Error')).toMatch(/^503 · /);
    expect(await viewer.lit()).toEqual(['backoff', 'backoff.waiting', 'live.connecting → backoff']);
    expect(await viewer.selected()).toContain('503 · retry 2 of 3 in 40 ms');
    expect(await viewer.isLive()).toBe(false);

    await server.send('three');
    await page.getByText('2 newer events').waitFor(); // the message, and that it is news
    expect(await viewer.fact('Status')).toBe('Backoff, waiting');
    expect(await viewer.row('1 message in 1 chunk').count()).toBe(0);

    await page.getByRole('button', { name: 'Back to live' }).click();
    await viewer.row('1 message in 1 chunk').waitFor();
    expect(await viewer.fact('Status')).toBe('Open, fresh');
    expect(await viewer.lit()).toEqual(['live', 'live.open', 'live.open.fresh']);
    expect(await viewer.isLive()).toBe(true);
  });

  it('can be used with the keyboard alone', async () => {
    await failAndRecover();
    await page.keyboard.press('Tab'); // the connection
    expect(await viewer.picker.evaluate((element) => element.matches(':focus'))).toBe(true);
    await page.getByRole('listbox', { name: 'Sequence of events' }).focus();
    await expect.poll(() => viewer.selected()).toContain('connecting → open.fresh');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => viewer.selected()).toContain('the request is sent');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => viewer.selected()).toContain('backoff.waiting → connecting');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => viewer.selected()).toContain('the request is sent');
    await page.keyboard.press('Home');
    await expect.poll(() => viewer.selected()).toContain('start connecting');
    await page.keyboard.press('End');
    await expect.poll(() => viewer.selected()).toContain('connecting → open.fresh');
    expect(await viewer.isLive()).toBe(false);
    await page.keyboard.press('Escape');
    await expect.poll(() => viewer.isLive()).toBe(true);

    const told = () => viewer.timeline.getAttribute('aria-valuetext');
    await viewer.timeline.focus();
    await expect.poll(told).toContain('connecting → open.fresh');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(told).toContain('request.ready: connecting · the request is sent');
    expect(await viewer.timeline.getAttribute('aria-valuenow')).toBe(String((await viewer.rows.count()) - 1));
    await page.keyboard.press('Home');
    await expect.poll(() => viewer.selected()).toContain('start connecting');
    await page.keyboard.press('Escape');
    await expect.poll(() => viewer.isLive()).toBe(true);
  });

  it('goes to the moment that is clicked in the timeline, and tells what is pointed at', async () => {
    const now = Date.now();
    const at = (index: number, age: number) => ({ ...failureRound(index), createdAt: String(now - age) });
    await send(at(0, 50_000), at(2, 40_000), at(3, 30_000), at(4, 20_000));
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await viewer.rows.nth(3).waitFor();
    const { width, height } = (await viewer.timeline.boundingBox()) ?? { width: 0, height: 0 };
    const position = { x: 84 + (width - 92) * 0.3, y: height / 2 };
    await viewer.timeline.hover({ position });
    await page.getByText(/stream\.failed: open\.fresh → backoff\.waiting · 503 · waits 420 ms/).waitFor();
    expect(await viewer.isLive()).toBe(true);
    await viewer.timeline.click({ position });
    await expect.poll(() => viewer.selected()).toContain('503 · retry 1 of 8 in 420 ms');
    expect(await viewer.isLive()).toBe(false);

    for (const name of ['15 s', '5 min', '1 min']) {
      await page.getByRole('button', { name, exact: true }).click();
      const pressed = page.getByRole('group', { name: 'Time shown' }).locator('[aria-pressed=true]');
      await expect.poll(() => pressed.innerText()).toBe(name);
      expect(await viewer.selected()).toContain('503');
    }
  });

  it('leaves message traffic out when asked to', async () => {
    await failAndRecover();
    const before = await viewer.rows.count();
    await page.getByLabel('Message traffic').uncheck();
    await expect.poll(() => viewer.rows.count()).toBe(before - 1);
    expect(await viewer.row('chunk').count()).toBe(0);
    await page.getByLabel('Message traffic').check();
    await expect.poll(() => viewer.rows.count()).toBe(before);
  });

  it('shows the newest of hundreds of connections until one is chosen', async () => {
    const all = Array.from({ length: 400 }, (_, index) => ({
      ...failureRound(index),
      sessionId: `number ${index}`,
    }));
    await send(...all.slice(0, 300));
    await expect.poll(() => viewer.picker.inputValue()).toBe('number 299');
    await viewer.picker.selectOption('number 6');
    await expect.poll(() => viewer.fact('Status')).toBe('Backoff, waiting');
    await send(...all.slice(300));
    await expect.poll(() => viewer.picker.locator('option').count()).toBe(400);
    expect(await viewer.picker.inputValue()).toBe('number 6');
    expect(await viewer.picker.locator('option').first().innerText()).toBe('number 399 · connecting');
  });

  it('renders a few hundred rows at most, and others on demand', async () => {
    await send(...Array.from({ length: 1_000 }, (_, index) => failureRound(index)));
    await expect.poll(() => viewer.rows.count()).toBe(200);
    const ids = async () => [
      await viewer.rows.first().getAttribute('id'),
      await viewer.rows.last().getAttribute('id'),
    ];
    expect(await ids()).toEqual(['moment-801', 'moment-1000']);
    for (const range of [
      [601, 1_000],
      [401, 800],
      [201, 600],
      [1, 400],
    ]) {
      await page.getByRole('button', { name: 'Show 200 older' }).click();
      await expect.poll(ids).toEqual(range.map((id) => `moment-${id}`));
    }
    expect(await page.getByRole('button', { name: 'older' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Show 200 newer' }).click();
    await expect.poll(ids).toEqual(['moment-201', 'moment-600']);
    expect(await viewer.isLive()).toBe(false);
  });

  it('keeps what it shows while it is paused, whatever the history has to drop', async () => {
    await send(...Array.from({ length: 8 }, (_, index) => failureRound(index)));
    await viewer.row('503 · retry').first().click();
    await expect.poll(() => viewer.isLive()).toBe(false);
    await send(...Array.from({ length: 3_000 }, (_, index) => failureRound(index)));
    await page.getByText('3,000 newer events').waitFor();
    await page.getByText('1,008 older events of this connection not kept').waitFor();
    expect(await viewer.rows.count()).toBe(8);
    await page.getByRole('listbox').press('ArrowUp');
    await expect.poll(() => viewer.selected()).toContain('34 messages in 3 chunks');
  });

  it('follows what happens until one scrolls up to read', async () => {
    await send(...Array.from({ length: 500 }, (_, index) => failureRound(index)));
    const isAtEnd = () =>
      viewer.rows.last().evaluate((row) => {
        const list = row.parentElement;
        return list !== null && list.scrollHeight - list.scrollTop - list.clientHeight < 5;
      });
    await expect.poll(() => viewer.rows.count()).toBe(200);
    await expect.poll(isAtEnd).toBe(true);
    expect(await viewer.isLive()).toBe(true);
    await viewer.rows.last().hover();
    await page.mouse.wheel(0, -300);
    await expect.poll(() => viewer.isLive()).toBe(false);
    expect(await isAtEnd()).toBe(false);
  });

  it('stays where a search in the page or a screen reader has led, and at a row that is clicked there', async () => {
    await send(...Array.from({ length: 100 }, (_, index) => failureRound(index)));
    await expect.poll(() => viewer.rows.count()).toBe(100);
    await viewer.rows.first().evaluate((row) => row.scrollIntoView());
    await expect.poll(() => viewer.isLive()).toBe(false);
    await send(failureRound(100));
    await page.getByText('1 newer event').waitFor();
    await page.getByRole('button', { name: 'Back to live' }).click();
    await expect.poll(() => viewer.isLive()).toBe(true);
    await viewer.rows.nth(2).click();
    await expect.poll(() => viewer.selected()).toContain('503 · retry 1 of 8');
  });

  it('is not pulled back to the end by what is drawn before the browser tells that somebody has scrolled', async () => {
    await send(...Array.from({ length: 100 }, (_, index) => failureRound(index)));
    await expect.poll(() => viewer.rows.count()).toBe(100);
    const top = () => viewer.rows.first().evaluate((row) => row.parentElement?.scrollTop);
    for (let round = 0; round < 5; round += 1) {
      const wanted = await viewer.rows.first().evaluate(
        async (row, record) => {
          // In the frame that the viewer draws in, before it does: of this, the browser tells in the next one.
          const scrolled = new Promise<number | undefined>((resolve) =>
            requestAnimationFrame(() => {
              row.parentElement?.scrollBy(0, -300);
              resolve(row.parentElement?.scrollTop);
            }),
          );
          window.pageApi.receive(record);
          return scrolled;
        },
        failureRound(100 + round),
      );
      await expect.poll(() => viewer.isLive()).toBe(false);
      expect(await top()).toBe(wanted);
      await page.getByRole('button', { name: 'Back to live' }).click();
      await expect.poll(() => viewer.isLive()).toBe(true);
    }
  });

  it('leaves a row that is pressed under the pointer until it is released, whatever comes meanwhile', async () => {
    await send(...Array.from({ length: 40 }, (_, index) => failureRound(index)));
    await expect.poll(() => viewer.rows.count()).toBe(40);
    for (let count = 40; count < 45; count += 1) {
      const row = viewer.rows.nth(count - 2);
      const id = await row.getAttribute('id');
      await row.hover();
      await page.mouse.down();
      await send(failureRound(count));
      // Another pane shows it.
      await expect.poll(() => viewer.timeline.getAttribute('aria-valuemax')).toBe(String(count + 1));
      expect(await viewer.rows.count()).toBe(count);
      await page.mouse.up();
      await expect.poll(() => viewer.list.getAttribute('aria-activedescendant')).toBe(id);
      await page.getByRole('button', { name: 'Back to live' }).click();
      await expect.poll(() => viewer.rows.count()).toBe(count + 1);
    }
  });

  it.each([-1, -10, -40])('lets go of the end when one scrolls up slowly, by %i pixels', async (step) => {
    await send(...Array.from({ length: 100 }, (_, index) => failureRound(index)));
    await expect.poll(() => viewer.rows.count()).toBe(100);
    await viewer.rows.last().hover();
    const top = () => viewer.list.evaluate(({ scrollTop }) => scrollTop);
    const end = await top();
    await page.mouse.wheel(0, step);
    await expect.poll(() => viewer.isLive()).toBe(false);
    expect(await top()).toBe(end + step);
    await send(failureRound(100));
    await page.getByText('1 newer event').waitFor();
    expect(await top()).toBe(end + step);
  });

  it('shows a stream that is to be replaced, and brings the state that is active into sight', async () => {
    await connect();
    await server.accept();
    await server.send('one');
    await expect.poll(() => isInSight('live.open.fresh')).toBe(true);
    await page.evaluate(() => window.pageApi.connections[0]?.reconnect());
    await expect.poll(() => viewer.fact('Status')).toBe('Open, replacing, reconnecting');
    expect(await viewer.fact('Stream')).toBe('number 1, and request 2 is to replace it');
    await expect.poll(() => isInSight('live.open.replacing.reconnecting')).toBe(true);
    const beside = page.locator('.plot .beside');
    await expect.poll(() => beside.getAttribute('d')).not.toBe('');
    await server.refuse(409);
    await viewer.row('409 · drops the stream, and asks once more').waitFor();
    await server.accept();
    await page.evaluate(() => window.pageApi.connections[0]?.close());
    await expect.poll(() => viewer.fact('Status')).toBe('Closed, inactive: closed by the app');
    await expect.poll(() => isInSight('closed.inactive')).toBe(true);
  });

  it('keeps the active state in sight when it comes while the chart still scrolls to the one before', async () => {
    await send(failureRound(3));
    await expect.poll(() => isInSight('live.connecting')).toBe(true);
    await page.getByRole('region', { name: 'Statechart' }).evaluate(
      async (pane, [fresh, connecting]) => {
        const frame = () => new Promise(requestAnimationFrame);
        const before = pane.scrollTop;
        window.pageApi.receive(fresh);
        while (pane.scrollTop === before) await frame();
        window.pageApi.receive(connecting);
        for (let still = 0, last = before; still < 30; last = pane.scrollTop) {
          await frame();
          still = pane.scrollTop === last ? still + 1 : 0;
        }
      },
      [failureRound(4), failureRound(7)],
    );
    expect(await viewer.fact('Status')).toBe('Connecting');
    expect(await isInSight('live.connecting')).toBe(true);
  });

  it('tells a screen reader of each status, but nothing of the messages', async () => {
    await connect(600_000);
    const announced = page.getByRole('status');
    await server.accept();
    await expect.poll(() => announced.innerText()).toMatch(/^\/events: Open/);
    await server.send('one');
    await viewer.row('1 message in 1 chunk').waitFor();
    expect(await announced.innerText()).not.toContain('message');
    await server.drop();
    await expect
      .poll(() => announced.innerText())
      .toMatch(/^\/events: Backoff, network · retry 1 of 3 in 30 s$/);
  });

  it('says who leads the tabs that share a stream, since when, and how many follow', async () => {
    await failAndRecover();
    const pane = page.getByRole('region', { name: 'Streams shared with other tabs' });
    expect(await pane.count()).toBe(0);
    const leads = { leader: 'this tab', since: 5_000, followers: 2 };
    const tells = (value: unknown, leadership: object, status = 'active') =>
      send({
        type: '@xstate.snapshot',
        sessionId: 'tab',
        createdAt: '5000',
        event: { type: 'lock.granted' },
        snapshot: { status, value, context: { leadership } },
      });
    await tells({ leading: 'established' }, leads);
    await pane.getByText(/^this tab leads · since \d\d:\d\d:05\.000 · 2 followers$/).waitFor();
    await tells({ following: 'served' }, { ...leads, leader: 'another tab', followers: null });
    await pane.getByText(/^this tab follows · another one leads · since \d\d:\d\d:05\.000$/).waitFor();
    await tells('away', { leader: 'none', since: null, followers: null }, 'stopped');
    await pane.waitFor({ state: 'hidden' });
    await viewer.row('503 · retry').waitFor(); // the connection is shown all the while
  });

  it('has a light and a dark look without a fault that axe could find', async () => {
    await context.close();
    // The policy of the page forbids what axe has to be loaded with.
    context = await browser.newContext({ bypassCSP: true, viewport: { width: 1280, height: 800 } });
    await open();
    await expectAccessible(page);
    await failAndRecover();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const row of [
        viewer.row('503 · retry'),
        viewer.row('chunk'),
        viewer.row('→ connecting').first(),
      ]) {
        await row.click();
        await expectAccessible(page);
      }
      await page.keyboard.press('Escape');
      await expectAccessible(page);
    }
  });

  it('fits a narrow window', async () => {
    await page.setViewportSize({ width: 400, height: 800 });
    await failAndRecover();
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
  });

  it('is gone without a trace when it is disposed of', async () => {
    await failAndRecover();
    await page.evaluate(() => window.pageApi.viewer?.dispose());
    await send(failureRound(0));
    expect(await page.locator('#viewer').evaluate((element) => element.childNodes.length)).toBe(0);
  });
});

import type { Browser, BrowserContext } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../visualizations/playground/server/playground.ts';
import { launchChromium } from '../support/launch-chromium.ts';
import { freePort } from '../support/ports.ts';
import { askFaults, expectWhole, openPage, type PlaygroundPage, panels } from './playground-page.ts';

let playground: Playground;
let browser: Browser;
/** One for all pages, so that they share what was loaded. */
let context: BrowserContext;
let current: PlaygroundPage;

beforeAll(async () => {
  [playground, browser] = await Promise.all([
    startPlayground({ port: await freePort(), pace: { every: 50, keepAlive: 200 } }),
    launchChromium(),
  ]);
  context = await browser.newContext();
});

afterAll(async () => {
  await browser?.close();
  await playground?.[Symbol.asyncDispose]();
});

/** Most tests go on with one page, whose counts so cover every fault there is. */
let shared: PlaygroundPage | undefined;

afterEach(async ({ task }) => {
  await askFaults(playground.url, { id: null });
  const passed = task.result?.state === 'pass';
  if (current !== shared || !passed) {
    if (current === shared) shared = undefined;
    await current.page.close();
  }
  expect(current.errors).toEqual([]);
});

async function goOn(): Promise<PlaygroundPage> {
  shared ??= await openPage(context, playground.url);
  current = shared;
  await current.both('open');
  await current.startAnew();
  return current;
}

async function openNew(options: Parameters<typeof openPage>[2]): Promise<PlaygroundPage> {
  current = await openPage(context, playground.url, options);
  await current.both('open');
  return current;
}

const start = (id: string, values: object = {}) => askFaults(playground.url, { id, ...values });
const lift = () => askFaults(playground.url, { id: null });

/** How long the fault in force will last, in milliseconds by the clock of the server. */
async function remaining(): Promise<number> {
  const { current, now } = await askFaults(playground.url);
  return (current?.endsAt ?? Number.NaN) - now;
}

describe('the playground', () => {
  it('brings React and Vue through a deploy without losing or doubling an event', async () => {
    const { page, panel, history, count, both } = await goOn();
    const form = page.locator('[data-fault=restart]');
    await form.getByLabel('for').fill('60'); // as long as it takes to look
    await form.getByRole('button', { name: 'Restart, like a deploy', exact: true }).click();
    await page.getByText('In force: Restart, like a deploy').waitFor();
    await both('backoff');
    for (const name of panels) await panel(name).getByText('The server answered 503').waitFor();
    await expect.poll(remaining).toBeLessThan(58_000); // two seconds bring the log some forty events
    await lift();
    await both('open');

    for (const name of panels) {
      await expect.poll(() => history(name)).toMatch(/^open( backoff connecting)+ open$/);
      await panel(name).getByText(`Retries 0 of 500`).waitFor();
      await expect.poll(() => count(name, 'From the log')).toBeGreaterThan(10);
    }
    await expectWhole(current);
  });

  it('sends one request per mount, in Strict Mode too', async () => {
    const { requests } = await openNew({});
    await expectWhole(current);
    for (const name of panels) expect(requests(name)).toHaveLength(1);
  });

  it.each([
    ['unauthorized', 'The server answered 401'],
    ['forbidden', 'The server answered 403'],
    ['not-found', 'The server answered 404'],
    ['content-type', 'text/event-stream'],
  ])(
    'fails after one request when the server refuses (%s), until a person reconnects',
    async (id, reason) => {
      const { panel, requests, both } = await goOn();
      await start(id, { seconds: null });
      await both('failed');
      for (const name of panels) await panel(name).getByText(reason).waitFor();
      await lift();
      for (const name of panels) {
        expect(requests(name)).toHaveLength(1);
        await panel(name).getByRole('button', { name: 'Reconnect' }).click();
      }
      await both('open');
      for (const name of panels) expect(requests(name)).toHaveLength(2);
      await expectWhole(current);
    },
  );

  it.each([
    ['restart', { seconds: 1 }],
    ['refuse', { seconds: 1 }],
    ['cut', {}],
    ['stall', {}],
    ['slow', { seconds: 1, delay: 60 }],
    ['accept-and-drop', { seconds: 1 }],
  ])('comes back by itself, whole, from: %s', async (id, values) => {
    const { history } = await goOn();
    await start(id, values);
    for (const name of panels) {
      await expect.poll(() => history(name)).toMatch(/^open .*backoff.* open$/);
      await current.panel(name).getByText('Retries 0 of 500').waitFor();
    }
    await expectWhole(current);
  });

  it('does not undercut Retry-After', async () => {
    const { requests, page, history } = await goOn();
    const answered = page.waitForResponse((response) => response.status() === 429);
    await start('too-many', { seconds: 5 }); // for a page or a test that is seconds late
    await answered;
    for (const name of panels) {
      await expect.poll(() => history(name)).toMatch(/^open .*backoff.* open$/);
      const [refused = 0, accepted = 0] = requests(name);
      expect(accepted - refused).toBeGreaterThan(1_000);
      expect(requests(name)).toHaveLength(2);
    }
    await expectWhole(current);
  });

  it('waits for the network when the browser is offline, and sends nothing meanwhile', async () => {
    // The attempt that is free all the same is minutes away.
    const { page, panel, requests, both, startAnew, history } = await openNew({
      options: { maxRetryDelay: 600_000 },
    });
    await startAnew();
    await page.context().setOffline(true);
    try {
      await page.waitForFunction(() => !navigator.onLine);
      await start('cut');
      for (const name of panels) await panel(name).getByText('There seems to be no network.').waitFor();
      for (const name of panels) expect(await history(name)).toMatch(/ backoff$/);
    } finally {
      await page.context().setOffline(false);
    }
    await both('open');
    for (const name of panels) expect(requests(name).length).toBeLessThanOrEqual(2);
    await expectWhole(current);
  });

  it('asks once in a while although the browser is offline, and that costs no retry', async () => {
    const { page, panel, requests, both } = await goOn();
    await page.context().setOffline(true);
    try {
      await page.waitForFunction(() => !navigator.onLine);
      await start('cut');
      for (const name of panels) await expect.poll(() => requests(name).length).toBeGreaterThan(2);
      for (const name of panels) await panel(name).getByText('Retries 0 of 500').waitFor();
      for (const name of panels) await panel(name).getByText('There seems to be no network.').waitFor();
    } finally {
      await page.context().setOffline(false);
    }
    await both('open');
    await expectWhole(current);
  });

  it('reconnects where the server allows one stream: the old one is dropped, and nobody fails', async () => {
    const { panel, requests, history } = await goOn();
    await start('one-stream', { seconds: null });
    for (const name of panels) {
      await panel(name).getByRole('button', { name: 'Reconnect' }).click();
      await expect.poll(() => history(name)).toBe('open backoff connecting open');
      expect(requests(name)).toHaveLength(2);
    }
    await expectWhole(current);
  });

  it('keeps its stream until the next one is there, when it reconnects and nothing is wrong', async () => {
    const { panel, requests, history } = await goOn();
    for (const name of panels) {
      await panel(name).getByRole('button', { name: 'Reconnect' }).click();
      await expect.poll(() => requests(name).length).toBe(1);
    }
    await expectWhole(current);
    await expect.poll(async () => (await askFaults(playground.url)).listening).toBe(2);
    for (const name of panels) expect(await history(name)).toBe('open');
  });

  it('goes on with the present where the server has forgotten the last event, and announces a gap', async () => {
    const { panel, requests, history } = await openNew({});
    const gap = (name: (typeof panels)[number]) =>
      panel(name).locator('dl > div', { hasText: 'Gap announced' }).locator('dd').textContent();
    for (const name of panels) expect(await gap(name)).toBe('none');
    await current.startAnew();
    await start('gone', { seconds: null });
    for (const name of panels) {
      await expect.poll(() => gap(name)).toBe('the last event ID was given up');
      await expect.poll(() => history(name)).toMatch(/^open backoff connecting open$/);
      expect(requests(name)).toHaveLength(2);
    }
    await expectWhole(current);
  });

  it('stays closed after a 204 until it is opened', async () => {
    const { panel, requests, both } = await goOn();
    await start('no-content', { seconds: null });
    await both('closed');
    await lift();
    for (const name of panels) {
      await panel(name).getByText('The server said that there is nothing more.').waitFor();
      expect(requests(name)).toHaveLength(1);
      await panel(name).getByRole('button', { name: 'Open' }).click();
    }
    await both('open');
    await expectWhole(current);
  });

  it('gives up after maxRetries, and starts afresh when asked', async () => {
    const { panel, requests, both } = await openNew({ options: { maxRetries: 2 } });
    await start('restart', { seconds: null, status: 500 });
    await both('failed');
    await lift();
    for (const name of panels) {
      await panel(name).getByText('Gave up after 2 retries.').waitFor();
      expect(requests(name)).toHaveLength(3);
      await panel(name).getByRole('button', { name: 'Reconnect' }).click();
    }
    await both('open');
    await expectWhole(current);
  });

  it('closes the socket with the button, and goes on where it was when opened again', async () => {
    const { panel, both } = await goOn();
    for (const name of panels) await panel(name).getByRole('button', { name: 'Close' }).click();
    await both('closed');
    await expect.poll(async () => (await askFaults(playground.url)).listening).toBe(0);
    for (const name of panels) await panel(name).getByRole('button', { name: 'Open' }).click();
    await both('open');
    await expectWhole(current);
  });

  it('can be operated by keyboard alone, and shows where the focus is', async () => {
    const { page } = await openNew({});
    const visible: string[] = [];
    await page.keyboard.press('Tab');
    for (let now = await page.evaluate(reach); now !== 'nothing'; now = await page.evaluate(reach)) {
      visible.push(now);
      await page.keyboard.press('Tab');
    }
    expect(visible.length).toBeGreaterThan(50);
    expect(visible.filter((outline) => outline === 'none')).toEqual([]);
    expect(await page.evaluate(unreached)).toEqual([]);

    await page.locator('[data-fault=cut] button[type=submit]').focus();
    await page.keyboard.press('Enter');
    await page.getByText('Requests since ‘Cut in mid-event’').waitFor();
  });

  it('fits a window of 360 pixels, whatever is shown', async () => {
    const { page, both } = await openNew({ width: 360 });
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBe(360);
    await start('restart', { seconds: null });
    await both('backoff');
    expect(await width()).toBe(360);
    await start('content-type', { seconds: null });
    await both('failed');
    expect(await width()).toBe(360);
  });
});

/** Runs in the page: marks what has the focus, and tells its outline; `nothing` once it comes round again. */
function reach(): string {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (!element || element === document.body || element.hasAttribute('data-reached')) return 'nothing';
  element.setAttribute('data-reached', '');
  return getComputedStyle(element).outlineStyle;
}

/** Runs in the page: what can be operated and was not reached. */
function unreached(): string[] {
  const operable =
    'a, summary, :is(button:enabled, input, select):not(details:not([open]) *), [tabindex="0"]';
  const roots = [
    document,
    ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? []),
  ];
  return roots
    .flatMap((root) => [...root.querySelectorAll(operable)])
    .filter((element) => element.checkVisibility() && !element.hasAttribute('data-reached'))
    .map(({ outerHTML }) => outerHTML);
}

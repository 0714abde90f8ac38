import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { StatelyInspectionEvent } from '@statelyai/inspect';
import type { Browser, BrowserContext, Frame, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canaries, createLeaks } from '../privacy/canaries.ts';
import { launchChromium, launchStrictChromium } from '../support/launch-chromium.ts';
import { type SseServer, startSseServer, status, stream } from '../support/sse-server.ts';
import type { Plan } from './page/app.ts';
import { asksForWindow } from './page/asks-for-window.ts';
import { type Site, startSite } from './site.ts';

const oldestInspector = join(import.meta.dirname, '../oldest-peers/node_modules/@statelyai/inspect');

let site: Site;
let lenient: Browser;
let strict: Browser;
let context: BrowserContext;
let server: SseServer;
/** The complaints of the pages. */
let complaints: string[];

beforeAll(async () => {
  [site, lenient, strict] = await Promise.all([startSite(), launchChromium(), launchStrictChromium()]);
});

afterAll(async () => {
  await Promise.all([lenient?.close(), strict?.close(), site?.[Symbol.asyncDispose]()]);
});

beforeEach(async () => {
  server = await startSseServer();
});

afterEach(async () => {
  await context?.close();
  await server[Symbol.asyncDispose]();
  expect(complaints).toEqual([]);
});

async function visit(
  plan: Plan,
  { browser = lenient, build, at = site }: { browser?: Browser; build?: 'production'; at?: Site } = {},
): Promise<{ page: Page; loaded: Set<string> }> {
  context = await browser.newContext();
  const page = await context.newPage();
  const loaded = new Set<string>();
  complaints = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (entry) => {
    const isOwn = entry.type() === 'error' && !entry.text().startsWith('Failed to load resource');
    if (isOwn) complaints.push(entry.text());
  });
  page.on('request', (request) => loaded.add(new URL(request.url()).pathname));
  // To look into the page counts as a click there: until the window is blocked, nobody may.
  const blocked =
    browser === strict && page.waitForEvent('console', (entry) => entry.text() === asksForWindow);
  await page.goto(at.app(plan, build));
  await blocked;
  return { page, loaded };
}

/** The records that an inspector has, once there is one that fits. */
async function received(
  inspector: Page | Frame,
  fits: (record: Fields) => boolean,
): Promise<StatelyInspectionEvent[]> {
  let all: StatelyInspectionEvent[] = [];
  await expect
    .poll(async () => {
      all = await inspector.evaluate(() => window.received ?? []);
      return all.some((record) => fits(fieldsOf(record)));
    })
    .toBe(true);
  return all;
}

interface Fields {
  readonly kind: string;
  readonly name: string | undefined;
  readonly event: Record<string, unknown> | undefined;
  readonly value: unknown;
  readonly context: Record<string, unknown> | undefined;
}

function fieldsOf(record: StatelyInspectionEvent): Fields {
  const { name, event, snapshot }: Record<string, Record<string, unknown> | undefined> = Object(record);
  const { value, context } = Object(snapshot);
  return {
    kind: record.type.slice('@xstate.'.length),
    name: Object(record).name ?? name,
    event,
    value,
    context,
  };
}

const isOpen = ({ kind, value }: Fields) => kind === 'snapshot' && /"open"/.test(JSON.stringify(value) ?? '');

const hasRecovered = ({ kind, event, context }: Fields) =>
  kind === 'snapshot' && event?.['type'] === 'request.accepted' && context?.['lastEventId'] === '41';

/** Refuses, delivers a message, is cut, wants fresh credentials, and is well again. */
async function failInAllWays(page: Page): Promise<void> {
  await page.waitForFunction(() => window.app.connection?.state.lastEventId === '41');
  server.drop();
  await page.waitForFunction(() => window.app.connection?.state.status === 'open');
}

function expectTheWholeStory(records: StatelyInspectionEvent[]): void {
  const all = records.map(fieldsOf);
  expect(all.filter(({ kind }) => kind === 'actor').slice(0, 3)).toMatchObject([
    { name: '/events' },
    { name: '/events · transport 1' },
    { name: '/events · environment' },
  ]);
  const failures = all.filter(
    ({ kind, event }) => kind === 'event' && /^(request|stream)\.failed$/.test(String(event?.['type'])),
  );
  expect(
    failures.map(({ event }) => Object(event?.['error'])).map(({ status, kind }) => status ?? kind),
  ).toEqual([503, 'network', 401]);
  expect(
    all.filter(({ kind, event }) => kind === 'event' && event?.['type'] === 'stream.messages'),
  ).toMatchObject([{ event: { batches: 1, messages: 1, lastEventId: '41' } }]);
  const own = all.filter(({ kind, context }) => kind === 'snapshot' && context);
  expect(own.every((one) => Object.keys(Object(one.context)).length === 18)).toBe(true);
  expect(own.map(({ value }) => Object.keys(Object(value))[0])).toEqual(
    expect.arrayContaining(['live', 'backoff']),
  );
  const times = records
    .filter(({ rootId, sessionId }) => rootId === sessionId)
    .map(({ createdAt }) => Number(createdAt));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const leaks = createLeaks();
  leaks.watch('records', records);
  expect([...leaks.found(), ...leaks.sightings]).toEqual([]);
}

describe('an inspector receives all that happens to a connection that fails and recovers, and no secret,', () => {
  const url = () => `${server.url}?token=${canaries.query}`;

  beforeEach(() => {
    server.answer(
      status(503),
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`id: 41\ndata: ${canaries.message}\n\n`);
      },
      status(401, { 'www-authenticate': canaries.answerHeader }),
      stream,
    );
  });

  test('in a window of its own', async () => {
    const { page } = await visit({ inspect: { url: site.inspector }, connect: url() });
    await failInAllWays(page);
    const inspector = await openedWindow();
    expectTheWholeStory(await received(inspector, hasRecovered));
    expect(await page.getByRole('button').count()).toBe(0);
  });

  test('in a window of the oldest inspector', async () => {
    await using oldest = await startSite({ statelys: oldestInspector });
    const plan = { inspect: { url: oldest.inspector }, connect: url() };
    const { page } = await visit(plan, { at: oldest });
    await failInAllWays(page);
    expectTheWholeStory(await received(await openedWindow(), hasRecovered));
  });

  test('in a frame of the page', async () => {
    const { page } = await visit({ inspect: { url: site.inspector }, frame: true, connect: url() });
    await failInAllWays(page);
    const [, frame = page.mainFrame()] = page.frames();
    expectTheWholeStory(await received(frame, hasRecovered));
    expect(context.pages()).toHaveLength(1);
  });

  test('after a person has clicked, where the browser has blocked the window', async () => {
    const { page } = await visit({ inspect: { url: site.inspector }, connect: url() }, { browser: strict });
    const button = page.getByRole('button', { name: 'Open the inspector' });
    expect(context.pages()).toHaveLength(1);
    await failInAllWays(page);
    const [inspector] = await Promise.all([page.waitForEvent('popup'), button.click()]);
    expectTheWholeStory(await received(inspector, hasRecovered));
    await expect.poll(() => button.count()).toBe(0);
  });

  test('and again when it is reloaded', async () => {
    const { page } = await visit({ inspect: { url: site.inspector }, connect: url() });
    await failInAllWays(page);
    const inspector = await openedWindow();
    const first = await received(inspector, hasRecovered);
    await inspector.reload();
    const again = await received(inspector, hasRecovered);
    expect(again.slice(0, first.length)).toEqual(first);
  });
});

test('thousands of messages reach the inspector as a few records, with exact counts', async () => {
  await visit({ inspect: { url: site.inspector }, connect: server.url });
  const inspector = await openedWindow();
  await received(inspector, isOpen);
  const started = Date.now();
  for (let n = 1; n <= 500; n += 1) {
    server.write(Array.from({ length: 10 }, (_, k) => `id: ${n * 10 + k}\ndata: x\n\n`).join(''));
    if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const records = await received(inspector, ({ event }) => event?.['lastEventId'] === '5009');
  const seconds = (Date.now() - started) / 1_000;
  const told = records
    .map(fieldsOf)
    .filter(({ kind, event }) => kind === 'event' && event?.['type'] === 'stream.messages');
  expect(told.reduce((sum, { event }) => sum + Number(event?.['messages']), 0)).toBe(5_000);
  expect(told.length).toBeLessThanOrEqual(seconds + 2);
  console.log(`5,000 messages in ${seconds.toFixed(1)} s: told of in ${told.length} records`);
});

describe('the button that asks for a window', () => {
  test('breaks no rule of accessibility, and goes when the inspection is over', async () => {
    const { page } = await visit({ inspect: { url: site.inspector } }, { browser: strict });
    const button = page.getByRole('button', { name: 'Open the inspector' });
    await page.evaluate(
      await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    );
    const violations = await page.evaluate(
      "axe.run({ exclude: 'iframe' }).then(({ violations }) => violations.map(({ id }) => id))",
    );
    expect(violations).toEqual([]);
    const box = await button.boundingBox();
    expect(box?.y).toBeGreaterThan(500);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
    await page.evaluate(() => window.app.inspection?.stop());
    expect(await button.count()).toBe(0);
  });
});

test('the viewer of this package opens by itself or at a click, and goes when the inspection is over', async () => {
  for (const browser of [lenient, strict]) {
    const { page } = await visit({ inspect: { viewer: 'local' }, connect: server.url }, { browser });
    if (browser === strict) await page.getByRole('button', { name: 'Open the inspector' }).click();
    const viewer = await openedWindow();
    await expect.poll(() => viewer.locator('body').textContent()).not.toBe('');
    await page.evaluate(() => window.app.inspection?.stop());
    await expect.poll(() => viewer.isClosed()).toBe(true);
    await context.close();
  }
});

describe('in production', () => {
  test('nothing is opened, and nothing of the inspector is loaded', async () => {
    const plan = { inspect: { url: site.inspector }, connect: server.url };
    const { page, loaded } = await visit(plan, { build: 'production' });
    await page.waitForFunction(() => window.app.connection?.state.status === 'open');
    expect(context.pages()).toHaveLength(1);
    expect(await page.getByRole('button').count()).toBe(0);
    expect([...loaded]).toContain('/production/app.js');
    expect([...loaded].filter((path) => site.inspectorFiles.has(path))).toEqual([]);
    expect([...site.inspectorFiles].some((path) => path.startsWith('/production/'))).toBe(true);
  });

  test('it is opened if asked', async () => {
    const plan = { inspect: { url: site.inspector, enabled: true }, connect: server.url };
    const { loaded } = await visit(plan, { build: 'production' });
    await received(await openedWindow(), isOpen);
    expect([...loaded].some((path) => site.inspectorFiles.has(path))).toBe(true);
  });
});

test('where the package of the inspector is missing, that is said once, and connections are as they were', async () => {
  await using bare = await startSite({ external: ['@statelyai/inspect'] });
  const { page } = await visit({});
  await page.goto(bare.app({ inspect: { url: site.inspector }, connect: server.url }));
  await page.waitForFunction(() => window.app.connection?.state.status === 'open');
  await expect.poll(() => complaints).toEqual([expect.stringContaining('install @statelyai/inspect')]);
  complaints = [];
  expect(context.pages()).toHaveLength(1);
});

test('an inspection that is over answers no inspector any longer', async () => {
  const { page } = await visit({ inspect: { url: site.inspector }, connect: server.url });
  const inspector = await openedWindow();
  const before = await received(inspector, isOpen);
  await page.evaluate(() => {
    window.app.inspection?.stop();
    window.app.connection?.close();
  });
  await inspector.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  expect(await inspector.evaluate(() => window.received.length)).toBe(before.length);
  await inspector.reload();
  await inspector.evaluate(() => opener.app.connection.open());
  expect(await inspector.evaluate(() => window.received)).toEqual([]);
});

/** The window that the page has opened, which may be there before anybody can wait for it. */
async function openedWindow(): Promise<Page> {
  await expect.poll(() => context.pages().length).toBe(2);
  const [, opened] = context.pages();
  if (!opened) throw new Error('There is no window.');
  await opened.waitForLoadState();
  return opened;
}

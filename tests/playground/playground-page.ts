import type { BrowserContext, Locator, Page } from 'playwright';
import { expect } from 'vitest';
import type { FaultConsoleState } from '../../visualizations/playground/protocol/fault-api.ts';

export const panels = ['React', 'Vue'] as const;
export type Panel = (typeof panels)[number];

/** A page of the playground, and what happened on it. */
export interface PlaygroundPage {
  readonly page: Page;
  panel(name: Panel): Locator;
  /** Every status that a panel showed since `startAnew`, in order. */
  history(name: Panel): Promise<string>;
  /** When a panel asked for the stream since `startAnew`, in milliseconds. */
  requests(name: Panel): number[];
  /** Waits until both panels are in a status. */
  both(status: string): Promise<void>;
  count(name: Panel, label: string): Promise<number>;
  /** Every change of the page since the last click: something that it showed may be over before a test looks. */
  shown(): Promise<Shown[]>;
  /** Forgets the statuses and the requests, but not what was counted. */
  startAnew(): Promise<void>;
  /** Errors that are not the browser's own report of a request that failed. */
  readonly errors: string[];
}

/** A moment of the page, beside its panels. */
export interface Shown {
  /** The fault of the server. */
  readonly fault: string | undefined;
  readonly settings: string | undefined;
  readonly tour: { readonly phase: string | undefined; readonly narration: string | undefined };
  readonly fleets: readonly ShownFleet[];
}

export interface ShownFleet {
  readonly name: string | null;
  readonly summary: string | undefined;
  /** The most attempts that its histogram shows in ten slots of 100 ms: in one, a busy machine flattens a herd. */
  readonly busiestSecond: number;
}

/** Fast enough for a test, and slow enough for a page that is still being loaded; the pace of the server has to fit. */
export const fast = {
  maxRetries: 500, // none gives up while a fault is in force, however long a test takes to look
  retryDelay: 100,
  maxRetryDelay: 300,
  stableAfter: 600,
  idleTimeout: 4_000,
  connectTimeout: 20_000,
};

export interface PageOptions {
  readonly options?: Partial<typeof fast>;
  /** Further parameters of the address. */
  readonly query?: Readonly<Record<string, string | number>>;
  readonly width?: number;
  readonly media?: Parameters<Page['emulateMedia']>[0];
}

export async function openPage(
  context: BrowserContext,
  url: string,
  { options = {}, query = {}, width = 1280, media = {} }: PageOptions = {},
): Promise<PlaygroundPage> {
  const page = await context.newPage();
  page.setDefaultTimeout(40_000); // in milliseconds, for a machine that has much to do
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia(media);
  const errors: string[] = [];
  let requests: Record<string, number[]> = {};
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (entry) => {
    const isOwn = entry.type() === 'error' && !entry.text().startsWith('Failed to load resource');
    if (isOwn) errors.push(entry.text());
  });
  page.on('request', (request) => {
    const [, path, client = ''] = new URL(request.url()).pathname.split('/');
    if (path !== 'events' || request.method() !== 'GET') return;
    requests[client] = [...(requests[client] ?? []), Date.now()];
  });
  await page.addInitScript(rememberStatuses);
  await page.addInitScript(rememberShown);
  const address = Object.entries({ ...fast, ...options, ...query }).map(
    ([name, value]) => `${name}=${value}`,
  );
  await page.goto(`${url}?${address.join('&')}`);

  const panel = (name: Panel) => page.getByRole('region', { name, exact: true });
  return {
    page,
    errors,
    panel,
    history: (name) => panel(name).evaluate((element) => element.getAttribute('data-history') ?? ''),
    requests: (name) => requests[name] ?? [],
    shown: () => page.evaluate<Shown[]>('window.shown'),
    async startAnew() {
      requests = {};
      for (const name of panels) {
        await panel(name).evaluate((element) => element.setAttribute('data-history', 'open'));
      }
    },
    async both(status) {
      for (const name of panels)
        await panel(name)
          .and(page.locator(`[data-status=${status}]`))
          .waitFor();
    },
    async count(name, label) {
      const text = await panel(name).locator('dl > div', { hasText: label }).locator('dd').textContent();
      return Number(text);
    },
  };
}

/** Nothing may be missing and nothing doubled, and more must arrive. */
export async function expectWhole({ count }: PlaygroundPage): Promise<void> {
  for (const name of panels) {
    const received = await count(name, 'Received');
    await expect.poll(() => count(name, 'Received')).toBeGreaterThan(received);
    expect(await count(name, 'Missed'), `${name} missed`).toBe(0);
    expect(await count(name, 'Duplicate'), `${name} duplicate`).toBe(0);
  }
}

/** Begins a fault, or lifts the one in force, by the API; `undefined` reads. */
export async function askFaults(url: string, request?: object): Promise<FaultConsoleState> {
  const response = await fetch(`${url}faults`, {
    ...(request && {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
    }),
  });
  expect(response.status).toBe(200);
  return response.json();
}

/** Waits until both fleets are so: after a restart, a few waits of 10 s, and 200 streams that open at once. */
export async function fleetsAre(page: Page, summary: string): Promise<void> {
  await expect
    .poll(() => page.locator('.fleet .summary').allTextContents(), { timeout: 120_000 })
    .toEqual([summary, summary]);
}

/** Runs in the page, before its scripts: states may be shorter than a test can look. */
function rememberStatuses(): void {
  const observer = new MutationObserver((records) => {
    for (const { target, oldValue } of records) {
      if (!(target instanceof HTMLElement) || !target.matches('.panel')) continue;
      const { history = oldValue ?? '', status } = target.dataset;
      if (!history.endsWith(status ?? '')) target.setAttribute('data-history', `${history} ${status}`);
    }
  });
  observer.observe(document, { subtree: true, attributeFilter: ['data-status'], attributeOldValue: true });
}

/** Runs in the page, before its scripts. */
function rememberShown(): void {
  const all: Shown[] = [];
  Object.assign(window, { shown: all });
  addEventListener('click', () => void all.splice(0), true); // before it is answered
  const text = (selector: string, within: ParentNode = document) =>
    within.querySelector(selector)?.textContent ?? undefined;
  /** The highest bar is the peak, as many attempts as the page says. */
  const busiestSecond = (fleet: HTMLElement) => {
    const path = fleet.querySelector('.attempts path')?.getAttribute('d') ?? '';
    const bars = [...path.matchAll(/M(\d+) 100v-([\d.]+)/g)].map(([, slot, height]) => ({
      slot: Number(slot),
      height: Number(height),
    }));
    const heights = bars.map(({ slot: first }) =>
      bars.reduce((sum, { slot, height }) => sum + (slot >= first && slot < first + 10 ? height : 0), 0),
    );
    const highest = Math.max(1, ...bars.map(({ height }) => height));
    return Math.round((Math.max(0, ...heights) / highest) * Number(fleet.dataset['peak']));
  };
  new MutationObserver(() => {
    const { phase } = document.querySelector<HTMLElement>('.tour')?.dataset ?? {};
    const now: Shown = {
      fault: text('.in-force [role=status]'),
      settings: text('.settings summary'),
      tour: { phase, narration: text('.tour [role=status]') },
      fleets: [...document.querySelectorAll<HTMLElement>('.fleet')].map((fleet) => ({
        name: fleet.getAttribute('aria-label'),
        summary: text('.summary', fleet),
        busiestSecond: busiestSecond(fleet),
      })),
    };
    if (JSON.stringify(now) !== JSON.stringify(all.at(-1))) all.push(now);
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
}

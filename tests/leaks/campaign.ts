import type { Browser, CDPSession, Page } from 'playwright';
import { expect } from 'vitest';
import type { SseServer } from '../support/sse-server.ts';
import { countMoments, type Moment, momentOf } from './moments.ts';
import type { MountName } from './page/main.ts';
import { startLeakServer } from './server.ts';

/** Measures of everything that a campaign left behind. */
export interface Leftovers {
  /** The most sockets that stayed open at the server. */
  readonly sockets: number;
  /** The most timers that waited to fire. */
  readonly timers: number;
  /** The most listeners that there were besides those of the page without a component. */
  readonly listeners: number;
  /** The growth of the JavaScript heap per cycle, in bytes. */
  readonly heapPerCycle: number;
  /** How many requests arrived at the server, by the moment that their cycle was to end at. */
  readonly requests: Record<Moment, number>;
  /** The errors of the page; a cycle that cannot have a socket ends the campaign. */
  readonly errors: readonly string[];
}

export interface CampaignOptions {
  readonly mount: MountName;
  /** The code of the page. */
  readonly script: string;
  /** How many cycles come before the first look at the heap that counts. */
  readonly warmUp: number;
  readonly cycles: number;
}

/** How often a campaign looks: while it warms up, because looking costs memory at first, and after that. */
const checkpoints = 10;

/** Mounts and unmounts a component many times in a page of its own, and looks at what is left. */
export async function runCampaign(
  browser: Browser,
  { mount, script, warmUp, cycles }: CampaignOptions,
): Promise<Leftovers> {
  await using server = await startLeakServer(script);
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(new URL('/', server.url).href);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  await page.evaluate((name) => leakPage.start(name), mount);

  const before = await look(page, cdp, server);
  const looks: (Look & { readonly cycles: number })[] = [];
  try {
    let done = 0;
    for (const end of [...split(0, warmUp), ...split(warmUp, warmUp + cycles)]) {
      await page.evaluate((range) => leakPage.run(...range), [done, end] as const);
      looks.push({ ...(await look(page, cdp, server)), cycles: end });
      done = end;
    }
  } catch (error) {
    errors.push(String(error));
  }
  await page.evaluate(() => leakPage.end());
  const after = await look(page, cdp, server);
  await page.context().close();

  const most = (measure: keyof Look) => Math.max(...[...looks, after].map((seen) => seen[measure]));
  const warm = looks.filter(({ cycles }) => cycles >= warmUp);
  const requested = server.requests.filter(({ url }) => url === '/events');
  return {
    sockets: most('sockets'),
    timers: most('timers'),
    listeners: most('listeners') - before.listeners,
    heapPerCycle: slopeOf(warm.map(({ cycles, heap }) => [cycles, heap])),
    requests: countMoments(requested.map(({ headers }) => momentOf(Number(headers['cycle'])))),
    errors,
  };
}

/** Where to stop and look on the way from one cycle to another. */
function split(start: number, end: number): number[] {
  return Array.from({ length: checkpoints }, (_, at) =>
    Math.round(start + ((end - start) * (at + 1)) / checkpoints),
  );
}

interface Look {
  readonly sockets: number;
  readonly timers: number;
  readonly listeners: number;
  readonly heap: number;
}

async function look(page: Page, cdp: CDPSession, server: SseServer): Promise<Look> {
  // The server learns a moment later that a socket is gone; one that stays is counted.
  await expect
    .poll(() => server.sockets.size)
    .toBe(0)
    .catch(() => {});
  // News that came just before is shown with the next frame, which has a timer; one that is left waits for a second.
  await expect
    .poll(() => page.evaluate(() => leakPage.countTimers()), { timeout: 500, interval: 20 })
    .toBe(0)
    .catch(() => {});
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  return {
    sockets: server.sockets.size,
    timers: await page.evaluate(() => leakPage.countTimers()),
    listeners: metrics.find(({ name }) => name === 'JSEventListeners')?.value ?? Number.NaN,
    heap: usedSize,
  };
}

/**
 * The growth of a measure: the median of the slopes between all pairs of points (Theil and Sen). A single step,
 * as when the browser compiles a function for the first time, is not taken for growth.
 */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const slopes = points.flatMap(([x, y], at) => points.slice(0, at).map(([x0, y0]) => (y - y0) / (x - x0)));
  slopes.sort((one, other) => one - other);
  return slopes[Math.floor(slopes.length / 2)] ?? Number.NaN;
}

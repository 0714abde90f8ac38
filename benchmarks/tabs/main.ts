import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { BrowserContext, Page } from 'playwright';
import { startChromium } from '../../tests/lifecycle/chromium.ts';
import { connect, loadTab, openTab, received, statusOf } from '../../tests/tabs/browser.ts';
import { type Origin, startOrigin } from '../../tests/tabs/origin.ts';
import { circumstances, writeSection } from '../report/performance-page.ts';
import { spreadOf } from '../report/statistics.ts';
import { markdown, type Table } from '../report/table.ts';

// Measures how long a visible tab has no stream when the leader goes away, and what many messages cost eight tabs.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '10' },
    /** Puts the tables into docs/performance.md. */
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

/** How often the server says something, in milliseconds. */
const pace = 10;

const leaves: Record<string, (page: Page, context: BrowserContext, origin: Origin) => Promise<unknown>> = {
  closed: (page) => page.close(),
  crashed: async (page, context) => {
    const session = await context.newCDPSession(page);
    const crashed = new Promise((resolve) => page.once('crash', resolve));
    session.send('Page.crash').catch(() => {});
    await crashed;
    await page.close();
  },
  frozen: async (page, context) => {
    const session = await context.newCDPSession(page);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  },
  cached: (page, _, origin) => page.goto(`${origin.url}elsewhere`),
};

await using chromium = await startChromium();
const { context } = chromium;
const tables: Table[] = [await handOver(), await load()];
for (const table of tables) console.log(markdown(table));
const where = `${rounds} rounds, Chromium. ${circumstances()}`;
console.log(where);
if (values.write) writeSection('tabs', tables, where);
process.exit();

async function handOver(): Promise<Table> {
  const rows: string[][] = [];
  for (const [name, leave] of Object.entries(leaves)) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await timeWithout(leave));
    const sorted = times.sort((one, other) => one - other);
    rows.push([
      name,
      ...[spreadOf(sorted).median, sorted.at(-1) ?? 0].map((time) => `${time.toFixed(0)} ms`),
    ]);
  }
  return { title: 'Time without service', head: ['the tab that leads is', 'median', 'worst'], rows };
}

/** The longest silence for a tab that follows, beyond the pace of the server. */
async function timeWithout(leave: (typeof leaves)[string]): Promise<number> {
  await using origin = await startOrigin();
  const talking = setInterval(() => origin.publish(), pace);
  const leader = await openTab(context, origin);
  await settled(leader);
  const follower = await openTab(context, origin);
  await settled(follower);
  await follower.evaluate(() => {
    const { received } = window.tab;
    const measured = { longest: 0, last: performance.now(), seen: received.length };
    Object.assign(window, { measured });
    setInterval(() => {
      if (received.length === measured.seen) return;
      measured.longest = Math.max(measured.longest, performance.now() - measured.last);
      Object.assign(measured, { last: performance.now(), seen: received.length });
    }, 1);
  });
  await sleep(200);
  await leave(leader, context, origin);
  const before = origin.requests.length;
  for (const end = Date.now() + 20_000; before === origin.requests.length && Date.now() < end; ) {
    if (origin.requests.length > 1) break;
    await sleep(5);
  }
  await sleep(500);
  const longest = await follower.evaluate(
    () => (window as unknown as { measured: { longest: number } }).measured.longest,
  );
  clearInterval(talking);
  for (const page of context.pages().slice(1)) await page.close();
  return Math.max(0, longest - pace);
}

async function settled(page: Page): Promise<void> {
  while ((await statusOf(page)) !== 'open' || (await received(page)).length === 0) await sleep(10);
}

async function load(): Promise<Table> {
  const rows = [await costOf('one stream, shared', true), await costOf('a stream for each', false)];
  return {
    title: '10 000 messages a second to eight tabs',
    head: ['', 'sockets', 'main threads', 'process of the server', 'messages that arrived'],
    rows,
  };
}

/** A browser opens six sockets to an origin, so tabs with a stream of their own are six. */
async function costOf(name: string, isShared: boolean): Promise<string[]> {
  await using origin = await startOrigin();
  const pages: Page[] = [];
  for (let index = 0; index < (isShared ? 8 : 6); index += 1) pages.push(await loadTab(context, origin));
  for (const page of pages) {
    await connect(page, { isShared });
    while ((await statusOf(page)) !== 'open') await sleep(10);
  }
  const sockets = origin.streams.size;
  const sessions = await Promise.all(pages.map((page) => context.newCDPSession(page)));
  for (const session of sessions) await session.send('Performance.enable');
  const busy = async () => {
    let sum = 0;
    for (const session of sessions) {
      const { metrics } = await session.send('Performance.getMetrics');
      sum += metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? 0;
    }
    return sum;
  };
  const [before, cpu, began] = [await busy(), process.cpuUsage(), performance.now()];
  while (performance.now() - began < seconds * 1_000) {
    await sleep(pace);
    const due = Math.round((performance.now() - began) * 10);
    while (origin.log.length < due) origin.publish();
  }
  await sleep(1_000);
  const used = process.cpuUsage(cpu);
  const threads = (await busy()) - before;
  const counts = await Promise.all(pages.map(async (page) => (await received(page)).length));
  for (const page of pages) await page.close();
  const share = (value: number) => `${((100 * value) / seconds).toFixed(0)} %`;
  const arrived = counts.every((count) => count === origin.log.length);
  return [
    name,
    String(sockets),
    `${share(threads / pages.length)} each`,
    share((used.user + used.system) / 1e6),
    arrived ? `all ${origin.log.length} in each` : counts.join(', '),
  ];
}

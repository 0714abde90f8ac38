import type { Browser } from 'playwright';
import { interleaved, type Spread, spreadOf } from '../report/statistics.ts';
import type { Table } from '../report/table.ts';
import { type Usage, withFreshPage } from './fresh-page.ts';
import type { BrowserBenchOptions } from './main.ts';
import { type AppName, appNames, appOf } from './rendering/apps.ts';
import type { ShowReport } from './rendering/page.ts';

/** Messages a second, and for how many seconds. At the last rate, some apps need a minute for each second. */
const loads = [
  { rate: 1_000, seconds: 3 },
  { rate: 10_000, seconds: 3 },
  { rate: 100_000, seconds: 1 },
];

/** The frames that a browser without a screen paints in a second, when nothing is in its way. */
const frameRate = 60;

type Figures = ShowReport & Usage;

/** Measures what an app does to its page while more messages come than a person can read. */
export async function* rendering(
  browser: Browser,
  origin: string,
  options: BrowserBenchOptions,
): AsyncGenerator<Table> {
  for (const { rate, seconds } of loads) {
    if (options.rate !== undefined && options.rate !== rate) continue;
    yield tableOf(rate, options.quick ? 1 : seconds, browser, origin, options);
  }
}

async function tableOf(
  rate: number,
  seconds: number,
  browser: Browser,
  origin: string,
  { rounds }: BrowserBenchOptions,
): Promise<Table> {
  const count = rate * seconds;
  const reports = new Map(appNames.map((name) => [name, [] as Figures[]]));
  for (const app of interleaved(appNames, rounds)) {
    reports.get(app)?.push(await show(app, rate, count, browser, origin));
  }
  return {
    title: `${rate.toLocaleString('en')} messages a second`,
    head: [
      'app',
      'delivered',
      'renders a second',
      'most in a frame',
      'chunks a second',
      'main thread busy',
      'dropped frames',
      'longest task, ms',
      'last message late by, ms',
    ],
    rows: [...reports].map(([app, own]) => [appOf(app).name, ...cells(own, count)]),
  };
}

function cells(reports: readonly Figures[], count: number): string[] {
  const column = (figure: (report: Figures) => number, digits = 0) =>
    text(spreadOf(reports.map(figure)), digits);
  return [
    column(({ delivered }) => (delivered / count) * 100, 1).concat(' %'),
    column(({ renders, duration }) => (renders / duration) * 1_000),
    column(({ mostRenders }) => mostRenders),
    column(({ chunks, duration }) => (chunks / duration) * 1_000),
    column(({ mainThread, duration }) => (mainThread / duration) * 100).concat(' %'),
    column(({ frames, duration }) => Math.max(0, 1 - (frames * 1_000) / (duration * frameRate)) * 100).concat(
      ' %',
    ),
    column(({ longestTask }) => longestTask),
    column(({ lag }) => lag),
  ];
}

/** The median with its quartiles, where they differ. */
function text({ median, lower, upper }: Spread, digits: number): string {
  const [middle, ...ends] = [median, lower, upper].map((figure) =>
    figure.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  return ends.every((end) => end === middle) ? `${middle}` : `${middle} (${ends.join('–')})`;
}

async function show(
  app: AppName,
  rate: number,
  count: number,
  browser: Browser,
  origin: string,
): Promise<Figures> {
  return withFreshPage(browser, `${origin}/rendering`, async ({ page, metered }) => {
    const job = { app, url: `/paced?rate=${rate}&count=${count}`, count };
    return metered(() => page.evaluate((given) => globalThis.showStream(given), job));
  });
}

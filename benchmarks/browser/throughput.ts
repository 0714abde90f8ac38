import type { Browser } from 'playwright';
import { interleaved, ratiosTo, spreadOf } from '../report/statistics.ts';
import { spread, type Table } from '../report/table.ts';
import {
  checkCharacters,
  crowds,
  streams,
  titleOf,
  type WorkloadName,
  type Writes,
  warmUpOf,
  workloads,
} from '../workloads.ts';
import { type Usage, withFreshPage } from './fresh-page.ts';
import type { BrowserBenchOptions } from './main.ts';
import { type ClientName, clientNames, clientOf } from './throughput/clients.ts';
import type { ReadingReport } from './throughput/page.ts';

/** The client that every other one is compared with. */
const limit: ClientName = 'bare';

/** In milliseconds for a thousand messages, which is in microseconds for one. */
type Figures = Usage & Pick<ReadingReport, 'wall'>;

/** Measures what a message costs a page, beside what it costs the bare parser in the same round. */
export async function* throughput(
  browser: Browser,
  origin: string,
  options: BrowserBenchOptions,
): AsyncGenerator<Table> {
  for (const { workload, writes } of streams) yield tableOf(workload, writes, browser, origin, options);
}

/** Measures what a message costs a page where it comes over one of many streams. */
export async function* crowd(
  browser: Browser,
  origin: string,
  options: BrowserBenchOptions,
): AsyncGenerator<Table> {
  for (const connections of crowds) {
    yield tableOf('notifications', 'event', browser, origin, options, connections);
  }
}

async function tableOf(
  workload: WorkloadName,
  writes: Writes,
  browser: Browser,
  origin: string,
  { rounds, quick, throttle }: BrowserBenchOptions,
  connections?: number,
): Promise<Table> {
  const reports = new Map(clientNames.map((name) => [name, [] as Figures[]]));
  for (const client of interleaved(clientNames, rounds)) {
    reports
      .get(client)
      ?.push(await read(client, workload, writes, browser, origin, { quick, throttle, connections }));
  }
  const limits = reports.get(limit) ?? [];
  const ratios = (own: readonly Figures[], figure: 'mainThread' | 'renderer' | 'wall') =>
    spread(ratiosTo(limits, own, figure));
  return {
    title: titleOf(workload, writes, connections),
    head: [
      'client',
      'main thread, × the limit',
      'renderer, × the limit',
      'wall, × the limit',
      'main thread, µs a message',
    ],
    rows: [...reports].map(([client, own]) => [
      clientOf(client).name,
      ratios(own, 'mainThread'),
      ratios(own, 'renderer'),
      ratios(own, 'wall'),
      spreadOf(own.map(({ mainThread }) => mainThread)).median.toFixed(2),
    ]),
  };
}

async function read(
  client: ClientName,
  workload: WorkloadName,
  writes: Writes,
  browser: Browser,
  origin: string,
  {
    quick,
    throttle,
    connections,
  }: Pick<BrowserBenchOptions, 'quick' | 'throttle'> & { readonly connections: number | undefined },
): Promise<Figures> {
  const { share = 1 } = clientOf(client);
  const { event, thousands } = workloads[workload];
  const sharing = connections ?? 1;
  // Each stream brings whole thousands.
  const measured = Math.ceil((thousands[writes] * share * (quick ? 0.2 : 1)) / sharing) * sharing;
  return withFreshPage(
    browser,
    `${origin}/throughput`,
    async ({ page, metered }) => {
      async function readThousands(count: number): Promise<ReadingReport> {
        const url = `/stream?workload=${workload}&writes=${writes}&thousands=${count / sharing}`;
        const job = { client, url, event, count: count * 1_000, connections };
        const report = await page.evaluate((given) => globalThis.readStream(given), job);
        checkCharacters(report.characters, { client, workload, thousands: count });
        return report;
      }
      await readThousands(warmUpOf(measured));
      const { mainThread, renderer, wall } = await metered(() => readThousands(measured));
      return { mainThread: mainThread / measured, renderer: renderer / measured, wall: wall / measured };
    },
    throttle,
  );
}

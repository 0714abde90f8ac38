import type { ReadingJob, ReadingReport } from './children/reader.ts';
import { type ClientName, clientOf } from './clients/client.ts';
import type { BenchOptions } from './main.ts';
import { run, startServer } from './processes.ts';
import { interleaved, ratiosTo, spreadOf } from './report/statistics.ts';
import { spread, type Table } from './report/table.ts';
import {
  checkCharacters,
  crowds,
  streams,
  titleOf,
  type WorkloadName,
  type Writes,
  warmUpOf,
  workloads,
} from './workloads.ts';

/** The client that every other one is compared with. */
const limit: ClientName = 'bare';

/** Measures what a message costs where it comes over one of many streams. */
export async function crowd(options: BenchOptions): Promise<Table[]> {
  const { origin, server } = await startServer();
  const tables: Table[] = [];
  for (const connections of crowds) {
    tables.push(await tableOf('notifications', 'event', origin, options, connections));
  }
  server.kill();
  return tables;
}

/** Measures what a message costs each client, beside what it costs the bare parser in the same round. */
export async function throughput(options: BenchOptions): Promise<Table[]> {
  const { origin, server } = await startServer();
  const tables: Table[] = [];
  for (const { workload, writes } of streams) {
    tables.push(await tableOf(workload, writes, origin, options));
  }
  server.kill();
  return tables;
}

async function tableOf(
  workload: WorkloadName,
  writes: Writes,
  origin: string,
  { rounds, quick, clients }: BenchOptions,
  connections?: number,
): Promise<Table> {
  const names = new Set([limit, ...clients]);
  names.delete('fetch-only'); // it does not deliver messages
  const reports = new Map([...names].map((name) => [name, [] as ReadingReport[]]));
  for (const client of interleaved([...names], rounds)) {
    reports.get(client)?.push(await read({ client, workload, writes, origin, quick, connections }));
  }
  const limits = reports.get(limit) ?? [];
  const ratios = (own: readonly ReadingReport[], figure: 'cpu' | 'wall' | 'rss') =>
    spread(ratiosTo(limits, own, figure));
  return {
    title: titleOf(workload, writes, connections),
    head: [
      'client',
      'CPU, × the limit',
      'wall, × the limit',
      'memory (RSS), × the limit',
      'CPU, µs a message',
      'of it collecting garbage',
      'each of the first 1,000, µs',
    ],
    rows: [...reports].map(([client, own]) => [
      clientOf(client).name,
      ratios(own, 'cpu'),
      ratios(own, 'wall'),
      ratios(own, 'rss'),
      ...(['cpu', 'collecting', 'first'] as const).map((figure) =>
        spreadOf(own.map((report) => report[figure])).median.toFixed(2),
      ),
    ]),
  };
}

interface Reading {
  readonly client: ClientName;
  readonly workload: WorkloadName;
  readonly writes: Writes;
  readonly origin: string;
  readonly quick: boolean;
  readonly connections: number | undefined;
}

async function read(reading: Reading): Promise<ReadingReport> {
  const { client, workload, writes, origin, quick, connections = 1 } = reading;
  const { share = 1 } = clientOf(client);
  const { event, thousands } = workloads[workload];
  const measured = Math.ceil((thousands[writes] * (writes === 'block' ? share : 1)) / (quick ? 5 : 1));
  // Each stream brings whole thousands.
  const each = Math.ceil((measured + warmUpOf(measured)) / connections);
  const all = each * connections;
  const job: ReadingJob = {
    client,
    url: `${origin}/stream?workload=${workload}&writes=${writes}&thousands=${each}`,
    event,
    warmUp: (all - measured) * 1_000,
    count: measured * 1_000,
    connections,
  };
  const report = await run<ReadingReport>('children/reader.ts', job);
  checkCharacters(report.characters, { client, workload, thousands: all });
  return report;
}

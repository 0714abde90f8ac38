import type { GrowthJob, GrowthReport } from './children/heap-growth.ts';
import type { IdleJob, IdleReport } from './children/idle-connections.ts';
import { type ClientName, clientOf } from './clients/client.ts';
import type { BenchOptions } from './main.ts';
import { run, startServer } from './processes.ts';
import { interleaved, spreadOf } from './report/statistics.ts';
import type { Table } from './report/table.ts';

/** The client that the others are compared with: a `fetch` whose answer is read and thrown away. */
const floor: ClientName = 'fetch-only';

/** Measures what an idle connection keeps in memory, and whether a long stream leaves anything behind. */
export async function memory(options: BenchOptions): Promise<Table[]> {
  const tables: Table[] = [];
  for (const count of options.quick ? [100, 1_000] : [1_000, 10_000]) tables.push(await idle(count, options));
  tables.push(await growth(options));
  return tables;
}

async function idle(count: number, { clients, rounds }: BenchOptions): Promise<Table> {
  const names = [...new Set([floor, ...clients])].filter((name) => !name.endsWith('json')); // the same, idle
  const reports = new Map(names.map((name) => [name, [] as IdleReport[]]));
  const execArgv = ['--expose-gc'];
  for (const client of interleaved(names, Math.min(rounds, 3))) {
    // One for each: the streams of the run before would have to be closed first.
    const { origin, server } = await startServer();
    const job: IdleJob = { client, url: `${origin}/idle`, count };
    reports.get(client)?.push(await run<IdleReport>('children/idle-connections.ts', job, execArgv));
    server.kill();
  }
  const of = (name: ClientName, figure: keyof IdleReport) =>
    spreadOf((reports.get(name) ?? []).map((report) => report[figure])).median;
  return {
    title: `${count.toLocaleString('en')} idle connections`,
    head: ['client', 'heap, KB each', 'above bare fetch', 'RSS, KB each', 'above bare fetch'],
    rows: names.map((name) => [
      clientOf(name).name,
      ...(['heap', 'rss'] as const).flatMap((figure) => [
        kilobytes(of(name, figure)),
        kilobytes(of(name, figure) - of(floor, figure)),
      ]),
    ]),
  };
}

async function growth({ quick }: BenchOptions): Promise<Table> {
  const { origin, server } = await startServer();
  const every = quick ? 100_000 : 1_000_000;
  const rows: string[][] = [];
  for (const client of ['bare', 'ours'] as const) {
    const url = `${origin}/stream?workload=notifications&writes=block&thousands=${every / 100}`;
    const job: GrowthJob = { client, url, event: 'notification', every, count: every * 10 };
    const heaps = await run<GrowthReport>('children/heap-growth.ts', job, ['--expose-gc']);
    const at = (index: number) => kilobytes(heaps.at(index) ?? Number.NaN);
    rows.push([clientOf(client).name, at(0), at(4), at(9)]);
  }
  server.kill();
  const millions = (share: number) => `after ${((every * share) / 1e6).toLocaleString('en')} M`;
  return {
    title: 'The heap on a long stream of notifications, in KB',
    head: ['client', millions(1), millions(5), millions(10)],
    rows,
  };
}

function kilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(1);
}

import type { SlowJob, SlowReport } from './children/slow-reader.ts';
import { type ClientName, clientOf } from './clients/client.ts';
import { type LoopName, loops } from './clients/loops/loops.ts';
import type { BenchOptions } from './main.ts';
import { run, startServer } from './processes.ts';
import { interleaved, spreadOf } from './report/statistics.ts';
import type { Table } from './report/table.ts';
import { checkCharacters, workloads } from './workloads.ts';

/** How long the app works on each message, in microseconds: longer than the server needs to send it. */
const work = 10;

/** How many thousand messages come: 38 MB, which no buffer of the system holds. */
const thousands = 200;

const workload = 'notifications';

/** launchdarkly-eventsource would take minutes for blocks of this size. */
const listenersLeftOut: readonly ClientName[] = ['fetch-only', 'bare-json', 'ours-json', 'launchdarkly'];

/** Measures what becomes of the messages that a slow app has not read yet, and whether the server has to wait for it. */
export async function slow({ clients, rounds, quick }: BenchOptions): Promise<Table[]> {
  const listeners = clients.filter((name) => !listenersLeftOut.includes(name));
  const options = { rounds, count: quick ? thousands / 5 : thousands };
  const looping = (Object.keys(loops) as LoopName[]).filter((name) => clients.includes(name));
  return [
    await tableOf(
      `A listener that works for ${work} µs on each message`,
      listeners.map((listener) => ({ name: clientOf(listener).name, reader: { listener } })),
      options,
    ),
    await tableOf(
      `A loop that works for ${work} µs on each message, and waits a turn of the event loop`,
      looping.map((loop) => ({ name: loops[loop].name, reader: { loop } })),
      options,
    ),
  ];
}

interface Row {
  readonly name: string;
  readonly reader: SlowJob['reader'];
}

/** The report of a run, and the share of its time in which the server had not written everything. */
type Run = SlowReport & { readonly heldBack: number };

async function tableOf(
  title: string,
  rows: readonly Row[],
  { rounds, count }: { readonly rounds: number; readonly count: number },
): Promise<Table> {
  const runs = new Map(rows.map((row) => [row, [] as Run[]]));
  for (const row of interleaved(rows, rounds)) runs.get(row)?.push(await read(row.reader, count));
  const median = (own: readonly Run[], figure: (run: Run) => number) => spreadOf(own.map(figure)).median;
  return {
    title,
    head: ['client', 'all are read after, s', 'the server writes for, %', 'most memory (RSS), MB'],
    rows: [...runs].map(([{ name }, own]) => [
      name,
      median(own, ({ begunAt, endedAt }) => (endedAt - begunAt) / 1_000).toFixed(1),
      median(own, ({ heldBack }) => heldBack * 100).toFixed(0),
      median(own, ({ rss }) => rss).toFixed(0),
    ]),
  };
}

async function read(reader: SlowJob['reader'], count: number): Promise<Run> {
  const { origin, server } = await startServer();
  let writtenAt = Infinity;
  server.on('message', (message: { writtenAt?: number }) => {
    writtenAt = message.writtenAt ?? writtenAt;
  });
  const { event } = workloads[workload];
  const url = `${origin}/stream?workload=${workload}&writes=block&thousands=${count}`;
  const job: SlowJob = { reader, url, event, count: count * 1_000, work };
  const report = await run<SlowReport>('children/slow-reader.ts', job);
  server.kill();
  const client = JSON.stringify(reader);
  checkCharacters(report.characters, { client, workload, thousands: count });
  const { begunAt, endedAt } = report;
  return { ...report, heldBack: Math.min(1, (writtenAt - begunAt) / (endedAt - begunAt)) };
}

import type { DroppedJob, DroppedReport } from './children/dropped-stream.ts';
import { type ClientName, clientOf } from './clients/client.ts';
import type { BenchOptions } from './main.ts';
import { run, startServer } from './processes.ts';
import { interleaved, spreadOf } from './report/statistics.ts';
import { spread, type Table } from './report/table.ts';

/** The time that the server asks clients to wait, in milliseconds. */
const retry = 100;

/** These never tell that a stream is lost, or do not try again. */
const silent: readonly ClientName[] = ['bare', 'bare-json', 'ours-json', 'fetch-only', 'event-source-plus'];

/** Measures how soon a client tells of a loss, and how late its next request is. */
export async function reaction({ clients, rounds, quick }: BenchOptions): Promise<Table[]> {
  const names = clients.filter((name) => !silent.includes(name));
  const told = new Map(names.map((name) => [name, [] as number[]]));
  const late = new Map(names.map((name) => [name, [] as number[]]));
  for (const client of interleaved(names, rounds)) {
    const { origin, server } = await startServer();
    const closedAt: number[] = [];
    server.on('message', (message: { closedAt: number }) => closedAt.push(message.closedAt));
    const job: DroppedJob = { client, url: `${origin}/drop?retry=${retry}`, drops: quick ? 5 : 20 };
    const { lostAt, leftAt } = await run<DroppedReport>('children/dropped-stream.ts', job);
    server.kill();
    // The first one finds the code cold, as the first one of an app does: it counts as well.
    told.get(client)?.push(...lostAt.map((at, index) => at - (closedAt[index] ?? Number.NaN)));
    late.get(client)?.push(...leftAt.map((at, index) => at - (lostAt[index] ?? Number.NaN) - retry));
  }
  return [
    {
      title: 'A dropped stream, in ms',
      head: ['client', 'closed by the server → told to the app', 'retry due → request leaves'],
      rows: names.map((name) => [
        clientOf(name).name,
        spread(spreadOf(told.get(name) ?? [])),
        spread(spreadOf(late.get(name) ?? [])),
      ]),
    },
  ];
}

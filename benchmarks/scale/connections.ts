import { setTimeout as sleep } from 'node:timers/promises';
import type { Table } from '../report/table.ts';
import {
  type Costs,
  costs,
  during,
  openStreams,
  percent,
  type ScaleOptions,
  startServers,
} from './servers.ts';

/** Streams that say nothing but a comment every 15 s. */
export async function connections({ streams, seconds }: ScaleOptions): Promise<Table> {
  const rows: string[][] = [];
  for (const isSecure of [false, true]) {
    await using cluster = await startServers();
    const before = costs(cluster);
    const began = performance.now();
    await using children = await openStreams(cluster, streams, isSecure);
    const took = (performance.now() - began) / 1_000;
    const opened = costs(cluster);
    const idle = await during(cluster, () => sleep(seconds * 1_000));
    const open = (await children.report()).reduce((sum, report) => sum + report.open, 0);
    const perStream = (part: keyof Costs) =>
      `${((opened[part].memory - before[part].memory) / open / 1_024).toFixed(1)} kB`;
    const cpuEach = (part: keyof Costs) =>
      `${(((opened[part].cpu - before[part].cpu) / open) * 1e3).toFixed(2)} ms`;
    rows.push([
      isSecure ? 'with TLS' : 'without TLS',
      String(open),
      `${took.toFixed(0)} s`,
      perStream('servers'),
      perStream('proxy'),
      cpuEach('servers'),
      cpuEach('proxy'),
      percent(idle.servers),
      percent(idle.proxy),
    ]);
  }
  return {
    title: 'Streams that are silent, through nginx, over HTTP/1.1',
    head: [
      '',
      'streams',
      'to open them',
      'memory of a stream: servers',
      'nginx',
      'CPU to open one: servers',
      'nginx',
      'CPU, silent: servers',
      'nginx',
    ],
    rows,
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { spreadOf } from '../report/statistics.ts';
import type { Table } from '../report/table.ts';
import type { Children } from './children.ts';
import type { RawReport } from './raw-clients.ts';
import {
  type Costs,
  during,
  openStreams,
  percent,
  type ScaleOptions,
  startServers,
  talk,
} from './servers.ts';

/** One room: each event goes to every stream. */
export async function messages({ streams: total, seconds }: ScaleOptions): Promise<Table> {
  const rows: string[][] = [];
  for (const [streams, rate] of [
    [total / 100, 100],
    [total / 10, 100],
    [total / 4, 100],
    [total, 1],
    [total, 10],
    [total, 100],
  ] as const) {
    await using cluster = await startServers();
    await using children = await openStreams(cluster, streams, false);
    const redis = new Redis(cluster.redis.port);
    await talk(redis, rate, 5);
    children.tell('measure');
    const used = await during(cluster, () => talk(redis, rate, seconds));
    const reports = await children.report();
    children.tell('await end');
    // Their answer means that they wait for the last event now.
    await children.report();
    await redis.xadd('events', '*', 'name', 'message', 'data', '{"isLast":true}');
    const finished = await finish(children, streams);
    redis.disconnect();
    const { median, upper } = spreadOf(reports.flatMap(({ delays }) => delays));
    const worst = reports.flatMap(({ delays }) => delays).reduce((most, one) => Math.max(most, one), 0);
    const perMessage = (part: keyof Costs) =>
      `${((used[part] * 1e6 * seconds) / (streams * rate * seconds)).toFixed(1)} µs`;
    rows.push([
      String(streams),
      String(rate),
      (streams * rate).toLocaleString('en'),
      `${finished === streams ? 'all' : finished}`,
      `${median.toFixed(0)} ms`,
      `${upper.toFixed(0)} ms`,
      `${worst.toFixed(0)} ms`,
      perMessage('servers'),
      perMessage('proxy'),
      percent(used.servers),
      percent(used.proxy),
    ]);
  }
  return {
    title: 'One room, without TLS',
    head: [
      'streams',
      'events a second',
      'messages a second',
      'streams that got the last event',
      'delay, median',
      'upper quartile',
      'worst',
      'CPU of a message: servers',
      'nginx',
      'CPU: servers',
      'nginx',
    ],
    rows,
  };
}

/** @returns How many streams have got the last event. */
async function finish({ report }: Children<RawReport>, expected: number): Promise<number> {
  let finished = -1;
  for (let still = 0; still < 30 && finished < expected; await sleep(500)) {
    const now = (await report()).reduce((sum, { finished }) => sum + finished, 0);
    still = now === finished ? still + 1 : 0;
    finished = now;
  }
  return finished;
}

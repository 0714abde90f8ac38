import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Table } from '../report/table.ts';
import type { Children } from './children.ts';
import { costOf } from './cost.ts';
import type { OurReport } from './our-clients.ts';
import { openOurs, type ScaleOptions, startServers, talk } from './servers.ts';

/** Connections of this package, in one process of Node. */
export async function clients({ seconds }: ScaleOptions): Promise<Table> {
  const rows: string[][] = [];
  const [count, rate] = [1_000, 20];
  await using cluster = await startServers();
  await using few = await openOurs(cluster, 10, 1, 0);
  const before = costOf(...few.pids);
  await using children = await openOurs(cluster, count, 1, 10);
  const opened = costOf(...children.pids);
  const redis = new Redis(cluster.redis.port);
  await talk(redis, rate, 5);
  await heardBy(children, count * rate * 5);
  children.tell('measure');
  const cpu = costOf(...children.pids).cpu;
  await talk(redis, rate, seconds);
  const heard = await heardBy(children, count * rate * seconds);
  const used = costOf(...children.pids).cpu - cpu;
  redis.disconnect();
  rows.push([
    String(count),
    `${((opened.memory - before.memory) / count / 1_024).toFixed(0)} kB`,
    `${((opened.cpu / count) * 1e3).toFixed(2)} ms`,
    `${heard} of ${count * rate * seconds}`,
    `${((used * 1e6) / heard).toFixed(0)} µs`,
  ]);
  return {
    title: 'Connections of sse-machine in one process of Node, with 20 events a second each',
    head: ['connections', 'memory of one', 'CPU to open one', 'messages', 'CPU of a message'],
    rows,
  };
}

/** @returns How many messages the connections have received, once all are there or no more come. */
async function heardBy(children: Children<OurReport>, expected: number): Promise<number> {
  let heard = -1;
  for (let still = 0; still < 10 && heard < expected; await sleep(200)) {
    const now = (await children.report()).reduce((sum, { messages }) => sum + messages, 0);
    still = now === heard ? still + 1 : 0;
    heard = now;
  }
  return heard;
}

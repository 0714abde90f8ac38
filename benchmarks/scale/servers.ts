import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type Cluster, startCluster } from '../../examples/servers/redis/cluster.ts';
import { freePorts } from '../../examples/servers/redis/program.ts';
import { startChildren } from './children.ts';
import { costOf } from './cost.ts';
import type { OurReport } from './our-clients.ts';
import type { RawReport } from './raw-clients.ts';

/** How much is measured. */
export interface ScaleOptions {
  /** How many streams in all. */
  readonly streams: number;
  /** How many connections of this package come back. */
  readonly herd: number;
  /** The length of each measurement, in seconds. */
  readonly seconds: number;
}

/** The cluster of the examples, behind nginx. */
export interface BenchCluster extends Cluster {
  /** Of nginx, without TLS. */
  readonly plainPort: number;
}

export async function startServers(): Promise<BenchCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'sse-scale-'));
  const [plainPort = 0] = await freePorts(1);
  const cluster = await startCluster({
    proxy: 'nginx',
    folder,
    // Beside TLS, whose cost on the clients' side would be most of it on one machine.
    configure: (text) => text.replace('    listen ', `    listen ${plainPort};\n    listen `),
  });
  return {
    ...cluster,
    plainPort,
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Opens streams by bare sockets. */
export function openStreams({ plainPort, proxy }: BenchCluster, count: number, isSecure: boolean) {
  const processes = Math.ceil(count / 5_000);
  const jobs = Array.from({ length: processes }, (_, index) => ({
    port: isSecure ? proxy.port : plainPort,
    count: Math.round(count / processes),
    firstUser: index * 10_000,
    isSecure,
  }));
  return startChildren<RawReport>('scale/raw-clients.ts', jobs);
}

/** Opens connections of this package. */
export function openOurs({ plainPort }: BenchCluster, count: number, processes: number, firstUser: number) {
  const jobs = Array.from({ length: processes }, (_, index) => ({
    url: `http://localhost:${plainPort}/events`,
    count: count / processes,
    firstUser: firstUser + index * 10_000,
  }));
  return startChildren<OurReport>('scale/our-clients.ts', jobs);
}

/** Appends events of 160 bytes at an even pace. */
export async function talk(redis: Redis, rate: number, time: number): Promise<void> {
  const began = performance.now();
  const text = 'x'.repeat(80);
  for (let sent = 0; sent < rate * time; await sleep(5)) {
    for (
      const due = ((performance.now() - began) / 1_000) * rate;
      sent < due && sent < rate * time;
      sent += 1
    ) {
      const data = JSON.stringify({ at: Date.now(), text });
      void redis.xadd('events', 'MAXLEN', '~', 10_000, '*', 'name', 'message', 'data', data);
    }
  }
  await redis.ping();
}

export type Costs = ReturnType<typeof costs>;

export function costs({ servers, proxy, redis }: Cluster) {
  return {
    servers: costOf(...servers.map(({ pid }) => pid)),
    proxy: costOf(proxy.pid),
    redis: costOf(redis.pid),
  };
}

/** The processors that each part keeps busy while something is done. */
export async function during(
  cluster: Cluster,
  act: () => Promise<unknown>,
): Promise<Record<keyof Costs, number>> {
  const [before, began] = [costs(cluster), performance.now()];
  await act();
  const after = costs(cluster);
  const time = (performance.now() - began) / 1_000;
  const used = (part: keyof Costs) => (after[part].cpu - before[part].cpu) / time;
  return { servers: used('servers'), proxy: used('proxy'), redis: used('redis') };
}

/** Of one processor. */
export function percent(processors: number): string {
  return `${(100 * processors).toFixed(0)} %`;
}

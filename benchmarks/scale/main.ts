import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { type Cluster, startCluster } from '../../examples/servers/redis/cluster.ts';
import { freePorts } from '../../examples/servers/redis/program.ts';
import { findProgram, type ProgramName } from '../../scripts/programs.mjs';
import { machine, writeSection } from '../report/performance-page.ts';
import { spreadOf } from '../report/statistics.ts';
import { markdown, type Table } from '../report/table.ts';
import { type Children, startChildren } from './children.ts';
import { costOf } from './cost.ts';
import type { OurReport } from './our-clients.ts';
import type { RawReport } from './raw-clients.ts';

// How many streams two servers behind nginx carry on this machine, what they cost, and how a herd comes back through nginx.

const sections = { connections, messages, clients, herd };

const { values } = parseArgs({
  options: {
    /** How many streams in all. */
    streams: { type: 'string', default: '10000' },
    /** Seconds for each measurement. */
    seconds: { type: 'string', default: '15' },
    only: { type: 'string', multiple: true, default: Object.keys(sections) },
    /** Puts the tables into docs/deploy.md. */
    write: { type: 'boolean', default: false },
  },
});
const total = Number(values.streams);
const seconds = Number(values.seconds);
const busy = () => loadavg()[0]?.toFixed(1) ?? '';
const loadBefore = busy();
const tables: Table[] = [];

for (const [name, measure] of Object.entries(sections)) {
  if (!values.only.includes(name)) continue;
  const table = await measure();
  console.log(markdown(table));
  tables.push(table);
}
const where = `\`npm run bench:scale\`. The load of the machine was ${loadBefore} before. ${machine()}, nginx ${versionOf('nginx', '-v')}, Redis ${versionOf('redis-server', '--version')}.`;
console.log(where);
if (values.write) writeSection('scale', tables, where, 'docs/deploy.md');
process.exit();

/** Streams that say nothing but a comment every 15 s. */
async function connections(): Promise<Table> {
  const rows: string[][] = [];
  for (const isSecure of [false, true]) {
    await using cluster = await startServers();
    const before = costs(cluster);
    const began = performance.now();
    await using children = await openStreams(cluster, total, isSecure);
    const took = (performance.now() - began) / 1_000;
    const opened = costs(cluster);
    const idle = await during(cluster);
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

/** One room: each event goes to every stream. */
async function messages(): Promise<Table> {
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
    // They know it when they have answered.
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

/** Connections of this package, in one process of Node. */
async function clients(): Promise<Table> {
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
    title: 'Connections of sse-machine in one process of Node, each with an event in a chunk of its own',
    head: ['connections', 'memory of one', 'CPU to open one', 'messages', 'CPU of a message'],
    rows,
  };
}

/** All servers are away for 15 s, as in docs/herd.md. */
async function herd(): Promise<Table> {
  const [count, away] = [2_000, 15_000];
  await using cluster = await startServers();
  await using children = await openOurs(cluster, count, 4, 0);
  const redis = new Redis(cluster.redis.port);
  // So that each has an ID, and news.
  await talk(redis, 5, 1);
  redis.disconnect();
  await sleep(6_000);
  children.tell('measure');
  const droppedAt = Date.now();
  await Promise.all(cluster.servers.map((server) => server.stop('SIGTERM')));
  await sleep(away - (Date.now() - droppedAt));
  await Promise.all(cluster.servers.map((server) => server.start()));
  const returnedAt = Date.now();
  await sleep(40_000);
  const reports = await children.report();
  const attempts = reports.flatMap((report) => report.attempts).toSorted((one, other) => one - other);
  const back = reports
    .flatMap(({ backAt }) => backAt.map((at) => (at - returnedAt) / 1_000))
    .toSorted((one, other) => one - other);
  const share = (number: number) => `${((100 * number) / count).toFixed(2)} %`;
  const after = (part: number) => {
    const time = back[Math.ceil(part * count) - 1];
    return time === undefined ? 'never' : `${Math.max(0, time).toFixed(1)} s`;
  };
  const failed = reports.reduce((sum, report) => sum + report.failed, 0);
  const measured = [
    (attempts.length / count).toFixed(1),
    share(busiest(attempts.filter((at) => at < returnedAt))),
    share(busiest(attempts.filter((at) => at >= returnedAt))),
    after(0.5),
    after(0.95),
    after(0.99),
    share(failed),
  ];
  const lasted = ((returnedAt - droppedAt) / 1_000).toFixed(1);
  return {
    title: `${count} connections of sse-machine, and both servers away for ${lasted} s behind nginx`,
    head: [
      '',
      'attempts of each',
      'busiest 100 ms before',
      'after',
      '50 % back',
      '95 % back',
      '99 % back',
      'gave up',
    ],
    rows: [
      ['measured', ...measured],
      ['by the study', '5.5', '15 %', '0.86 %', '6.5 s', '23.4 s', '27.3 s', '0.041 %'],
    ],
  };
}

/** The most of some sorted times that lie in 100 ms, wherever these begin. */
function busiest(times: readonly number[]): number {
  let most = 0;
  let from = 0;
  for (const [index, time] of times.entries()) {
    while (time - (times[from] ?? time) >= 100) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

interface BenchCluster extends Cluster {
  /** Of nginx, without TLS. */
  readonly plainPort: number;
}

async function startServers(): Promise<BenchCluster> {
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

function openStreams({ plainPort, proxy }: BenchCluster, count: number, isSecure: boolean) {
  const processes = Math.ceil(count / 5_000);
  const jobs = Array.from({ length: processes }, (_, index) => ({
    port: isSecure ? proxy.port : plainPort,
    count: Math.round(count / processes),
    firstUser: index * 10_000,
    isSecure,
  }));
  return startChildren<RawReport>('scale/raw-clients.ts', jobs);
}

function openOurs({ plainPort }: BenchCluster, count: number, processes: number, firstUser: number) {
  const jobs = Array.from({ length: processes }, (_, index) => ({
    url: `http://localhost:${plainPort}/events`,
    count: count / processes,
    firstUser: firstUser + index * 10_000,
  }));
  return startChildren<OurReport>('scale/our-clients.ts', jobs);
}

/** Appends events of 160 bytes at an even pace. */
async function talk(redis: Redis, rate: number, time: number): Promise<void> {
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

/** @returns How many messages the connections have heard, once it is as many or no more come. */
async function heardBy(children: Children<OurReport>, expected: number): Promise<number> {
  let heard = -1;
  for (let still = 0; still < 10 && heard < expected; await sleep(200)) {
    const now = (await children.report()).reduce((sum, { messages }) => sum + messages, 0);
    still = now === heard ? still + 1 : 0;
    heard = now;
  }
  return heard;
}

type Costs = ReturnType<typeof costs>;

function costs({ servers, proxy, redis }: Cluster) {
  return {
    servers: costOf(...servers.map(({ pid }) => pid)),
    proxy: costOf(proxy.pid),
    redis: costOf(redis.pid),
  };
}

/** The processors that each part keeps busy while something is done. */
async function during(
  cluster: Cluster,
  act: () => Promise<unknown> = () => sleep(seconds * 1_000),
): Promise<Record<keyof Costs, number>> {
  const [before, began] = [costs(cluster), performance.now()];
  await act();
  const after = costs(cluster);
  const time = (performance.now() - began) / 1_000;
  const used = (part: keyof Costs) => (after[part].cpu - before[part].cpu) / time;
  return { servers: used('servers'), proxy: used('proxy'), redis: used('redis') };
}

/** Of one processor. */
function percent(processors: number): string {
  return `${(100 * processors).toFixed(0)} %`;
}

function versionOf(program: ProgramName, flag: string): string {
  const { stdout, stderr } = spawnSync(findProgram(program) ?? program, [flag], { encoding: 'utf8' });
  return /\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? '';
}

import { PerformanceObserver } from 'node:perf_hooks';
import { type ClientName, clients } from '../clients/client.ts';
import { lengthOf } from '../workloads.ts';

/** A stream to read and to time. */
export interface ReadingJob {
  readonly client: ClientName;
  readonly url: string;
  readonly event: string;
  /** How many messages come before those that are timed, and how many of those. */
  readonly warmUp: number;
  readonly count: number;
  /** How many streams share these messages, all open at once: one when it is left out. */
  readonly connections?: number;
}

/** The measurements of one process. */
export interface ReadingReport {
  /** Microseconds a message, of this process alone. */
  readonly cpu: number;
  readonly wall: number;
  /** Of these, the time in garbage collection; what other threads do of it is not counted. */
  readonly collecting: number;
  /** The most memory that the process had, in megabytes. */
  readonly rss: number;
  /** Microseconds a message of the first 1,000, the connecting and the compiling included. */
  readonly first: number;
  /** The length of all the text that was received: nobody may have skipped any. */
  readonly characters: number;
}

const { client, url, event, warmUp, count, connections = 1 }: ReadingJob = JSON.parse(process.argv[2] ?? '');
const { open } = await clients[client].load();

/** How many messages a fresh process reads before its first measurement. */
const firstOnes = 1_000;

let left = warmUp + count;
let characters = 0;
let cpuBefore = process.cpuUsage();
let wallBefore = 0;
let first = 0;
let collecting = 0;
const collections = new PerformanceObserver((list) => note(list.getEntries()));
collections.observe({ entryTypes: ['gc'] });

function note(entries: readonly PerformanceEntry[]): void {
  for (const { startTime, duration } of entries) if (startTime >= wallBefore) collecting += duration * 1_000;
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function receive(data: unknown): void {
  characters += lengthOf(data);
  left -= 1;
  if (left === warmUp + count - firstOnes) first = cpuSince(cpuBefore) / firstOnes;
  if (left === count) {
    note(collections.takeRecords());
    collecting = 0;
    cpuBefore = process.cpuUsage();
    wallBefore = performance.now();
  } else if (left === 0) {
    const cpu = cpuSince(cpuBefore) / count;
    const wall = ((performance.now() - wallBefore) * 1_000) / count;
    note(collections.takeRecords());
    const rss = process.resourceUsage().maxRSS / 1_024;
    const report: ReadingReport = { cpu, wall, collecting: collecting / count, rss, first, characters };
    process.send?.(report);
  }
}

for (let number = 0; number < connections; number += 1) open({ url, event, receive });

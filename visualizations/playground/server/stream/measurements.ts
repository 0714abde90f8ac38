import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { EventLog } from './event-log.ts';
import type { StreamServer } from './stream-server.ts';

export interface MeasurementOptions {
  readonly log: EventLog;
  readonly every: number;
  readonly streams: Pick<StreamServer, 'clients' | 'traffic'>;
}

/** Writes into the log what the machine does, one kind of event after the other, whether or not anyone listens. */
export function createMeasurements({ log, every, streams }: MeasurementOptions): { stop: () => void } {
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  const sources: Record<string, () => object> = {
    cpu: cpuSource(),
    memory: () => ({ total: totalmem(), free: freemem(), rss: process.memoryUsage.rss() }),
    'event-loop': () => {
      const { mean, max } = delay;
      const p99 = delay.percentile(99);
      delay.reset();
      return { mean: lateness(mean), p99: lateness(p99), max: lateness(max) };
    },
    network: networkSource(streams.traffic),
  };
  const names = Object.keys(sources);
  let count = 0;

  const timer = setInterval(() => {
    const name = names[count % names.length] ?? '';
    log.append(name, { at: Date.now(), ...sources[name]?.() });
    count += 1;
    if (count % 40 === 0) log.append('message', { at: Date.now(), text: note(streams.clients.size) });
  }, every);

  return {
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}

/** Milliseconds between two looks at the event loop. */
const resolution = 10;

/** The histogram has the time from one look to the next in nanoseconds; what is above the resolution is delay. */
function lateness(nanoseconds: number): number {
  const late = nanoseconds / 1e6 - resolution;
  return Number.isFinite(late) ? Math.max(0, Math.round(late * 100) / 100) : 0;
}

/** The share of the time since the last look that each core was busy, from 0 to 1. */
function cpuSource(): () => object {
  let before = cpuTimes();
  return () => {
    const now = cpuTimes();
    const cores = now.map(({ busy, total }, core) => {
      const earlier = before[core] ?? { busy: 0, total: 0 };
      return Math.round((100 * (busy - earlier.busy)) / Math.max(1, total - earlier.total)) / 100;
    });
    before = now;
    return { cores };
  };
}

function cpuTimes(): { busy: number; total: number }[] {
  return cpus().map(({ times }) => {
    const total = Object.values(times).reduce((sum, time) => sum + time, 0);
    return { busy: total - times.idle, total };
  });
}

/** Bytes per second since the last look, of the whole machine where the system tells, else of this server. */
function networkSource(own: StreamServer['traffic']): () => object {
  const ofMachine = readInterfaces() !== undefined;
  const read = () => readInterfaces() ?? own();
  let before = { at: Date.now(), ...read() };
  return () => {
    const now = { at: Date.now(), ...read() };
    const seconds = Math.max(0.001, (now.at - before.at) / 1_000);
    const received = Math.round((now.received - before.received) / seconds);
    const sent = Math.round((now.sent - before.sent) / seconds);
    before = now;
    return { received, sent, source: ofMachine ? 'all of /proc/net/dev' : 'this server only' };
  };
}

/** Linux: a line for each interface, received bytes first, sent bytes ninth. */
function readInterfaces(): { sent: number; received: number } | undefined {
  try {
    const lines = readFileSync('/proc/net/dev', 'utf8').split('\n').slice(2);
    const total = { sent: 0, received: 0 };
    for (const line of lines) {
      const fields = line.split(':')[1]?.trim().split(/\s+/).map(Number);
      total.received += fields?.[0] ?? 0;
      total.sent += fields?.[8] ?? 0;
    }
    return total;
  } catch {
    return undefined;
  }
}

function note(listening: number): string {
  const minutes = (process.uptime() / 60).toFixed(1);
  return `Up for ${minutes} min on ${availableParallelism()} cores, ${listening} listening`;
}

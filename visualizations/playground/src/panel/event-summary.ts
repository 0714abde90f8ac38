import { bytes, percent, rate } from './format.ts';

/** The data of any event of the playground's server; which fields there are, its name says. */
export interface Payload {
  /** Contiguous within a `run`, whatever the event. */
  readonly seq?: number;
  readonly run?: string;
  /** When it happened, in milliseconds. */
  readonly at?: number;
  /** `cpu`: how busy each core is, from 0 to 1. */
  readonly cores?: readonly number[];
  /** `memory`, in bytes. */
  readonly total?: number;
  readonly free?: number;
  readonly rss?: number;
  /** `event-loop`: how late timers are, in milliseconds. */
  readonly mean?: number;
  readonly p99?: number;
  readonly max?: number;
  /** `network`, in bytes per second. */
  readonly received?: number;
  readonly sent?: number;
  readonly source?: string;
  /** `message`. */
  readonly text?: string;
  /** `replay-lost`: how many events the server no longer has. */
  readonly count?: number;
}

/** What an event says, in a few words. */
export function summaryOf(event: string, data: Payload): string {
  return (Object.hasOwn(summaries, event) && summaries[event]?.(data)) || JSON.stringify(data);
}

const summaries: Record<string, (data: Payload) => string> = {
  cpu: ({ cores = [] }) => cores.slice(0, 4).map(percent).join(' · ') + (cores.length > 4 ? ' · …' : ''),
  memory: ({ free = 0, total = 0 }) => `${bytes(free)} free of ${bytes(total)}`,
  'event-loop': ({ mean = 0, max = 0 }) => `${mean.toFixed(1)} ms late, at most ${max.toFixed(1)}`,
  network: ({ received = 0, sent = 0 }) => `in ${rate(received)}, out ${rate(sent)}`,
  message: ({ text = '' }) => text,
  'replay-lost': ({ count = 0 }) => `${count} events are no longer in the log`,
};

/** The load of all cores together. */
export function meanLoad(cores: readonly number[]): number {
  return cores.reduce((sum, load) => sum + load, 0) / Math.max(1, cores.length);
}

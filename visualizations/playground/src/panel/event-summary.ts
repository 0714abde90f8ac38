import type { EventData } from '../../protocol/event-data.ts';
import { bytes, percent, rate } from './format.ts';

/** An event in a few words. */
export function summaryOf(event: string, data: EventData): string {
  return (Object.hasOwn(summaries, event) && summaries[event]?.(data)) || JSON.stringify(data);
}

const summaries: Record<string, (data: EventData) => string> = {
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

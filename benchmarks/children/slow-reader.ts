import { setImmediate } from 'node:timers/promises';
import { type ClientName, clients } from '../clients/client.ts';
import { type LoopName, loops } from '../clients/loops/loops.ts';
import { now } from '../processes.ts';
import { lengthOf } from '../workloads.ts';

/** A stream that is read more slowly than it comes. */
export interface SlowJob {
  /** Who reads it: a listener, or a loop that waits for each message. */
  readonly reader: { readonly listener: ClientName } | { readonly loop: LoopName };
  readonly url: string;
  readonly event: string;
  readonly count: number;
  /** How long the app works on each message, in microseconds. */
  readonly work: number;
}

export interface SlowReport {
  /** By the clock of the machine, in milliseconds. */
  readonly begunAt: number;
  readonly endedAt: number;
  /** The most memory that the process had, in megabytes. */
  readonly rss: number;
  /** The length of all the text that was received. */
  readonly characters: number;
}

const { reader, url, event, count, work }: SlowJob = JSON.parse(process.argv[2] ?? '');
const begunAt = now();
let left = count;
let characters = 0;

function receive(data: unknown): void {
  const until = performance.now() + work / 1_000;
  while (performance.now() < until);
  characters += lengthOf(data);
  left -= 1;
  if (left > 0) return;
  const rss = process.resourceUsage().maxRSS / 1_024;
  process.send?.({ begunAt, endedAt: now(), rss, characters } satisfies SlowReport);
}

if ('listener' in reader) {
  const { open } = await clients[reader.listener].load();
  open({ url, event, receive });
} else {
  const { open } = await loops[reader.loop].load();
  open({
    url,
    async take(data) {
      receive(data);
      await setImmediate(); // the socket can be read meanwhile
    },
  });
}

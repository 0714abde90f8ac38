import { setTimeout } from 'node:timers/promises';
import { type ClientName, clients } from '../clients/client.ts';

/** Streams to open, and to leave open. */
export interface IdleJob {
  readonly client: ClientName;
  readonly url: string;
  readonly count: number;
}

/** The memory that one of them keeps, in bytes. */
export interface IdleReport {
  readonly heap: number;
  readonly rss: number;
}

const { client, url, count }: IdleJob = JSON.parse(process.argv[2] ?? '');
const { open } = await clients[client].load();

/** Opens streams a few at a time, so that no queue of the system overflows; each says hello once. */
async function openAll(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 100) await openSome(Math.min(100, left));
}

function openSome(count: number): Promise<void> {
  return new Promise((resolve) => {
    let silent = count;
    const receive = () => {
      silent -= 1;
      if (silent === 0) resolve();
    };
    for (let number = 0; number < count; number += 1) open({ url, event: 'message', receive });
  });
}

async function settled(): Promise<NodeJS.MemoryUsage> {
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    await setTimeout(100);
  }
  return process.memoryUsage();
}

await openAll(10); // the first ones load and compile code, which is not counted
const before = await settled();
await openAll(count);
const after = await settled();
const report: IdleReport = {
  heap: (after.heapUsed - before.heapUsed) / count,
  rss: (after.rss - before.rss) / count,
};
process.send?.(report);

import { type ClientName, clients } from '../clients/client.ts';

/** A long stream, during which the heap is measured now and then. */
export interface GrowthJob {
  readonly client: ClientName;
  readonly url: string;
  readonly event: string;
  readonly every: number;
  readonly count: number;
}

/** The heap in bytes after a full collection, at each look. */
export type GrowthReport = readonly number[];

const { client, url, event, every, count }: GrowthJob = JSON.parse(process.argv[2] ?? '');
const { open } = await clients[client].load();

const heaps: number[] = [];
let received = 0;

open({
  url,
  event,
  receive() {
    received += 1;
    if (received % every !== 0) return;
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed);
    if (received === count) process.send?.(heaps satisfies GrowthReport);
  },
});

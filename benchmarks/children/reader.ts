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
}

/** The time that one process took for it. */
export interface ReadingReport {
  /** Microseconds a message, of this process alone. */
  readonly cpu: number;
  readonly wall: number;
  /** The length of all the text that was received: nobody may have skipped any. */
  readonly characters: number;
}

const { client, url, event, warmUp, count }: ReadingJob = JSON.parse(process.argv[2] ?? '');
const { open } = await clients[client].load();

let left = warmUp + count;
let characters = 0;
let cpuBefore = process.cpuUsage();
let wallBefore = 0;

open({
  url,
  event,
  receive(data) {
    characters += lengthOf(data);
    left -= 1;
    if (left === count) {
      cpuBefore = process.cpuUsage();
      wallBefore = performance.now();
    } else if (left === 0) {
      const { user, system } = process.cpuUsage(cpuBefore);
      const wall = (performance.now() - wallBefore) * 1_000;
      const report: ReadingReport = { cpu: (user + system) / count, wall: wall / count, characters };
      process.send?.(report);
    }
  },
});

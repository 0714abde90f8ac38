import { lengthOf } from '../../workloads.ts';
import { type ClientName, clients } from './clients.ts';

/** A stream that a page is asked to read. */
export interface ReadingJob {
  readonly client: ClientName;
  readonly url: string;
  readonly event: string;
  readonly count: number;
}

/** The result of reading it. */
export interface ReadingReport {
  /** From the request to the last message, in milliseconds. */
  readonly wall: number;
  /** The length of all the text that was received: nobody may have skipped any. */
  readonly characters: number;
}

declare global {
  var readStream: (job: ReadingJob) => Promise<ReadingReport>;
}

/** How long a stream may take, in milliseconds. */
const longest = 300_000;

globalThis.readStream = async ({ client, url, event, count }) => {
  const { open } = await clients[client].load();
  return new Promise((resolve, reject) => {
    let left = count;
    let characters = 0;
    const start = performance.now();
    open({
      url: new URL(url, location.href).href, // some clients take no relative one
      event,
      receive(data) {
        characters += lengthOf(data);
        left -= 1;
        if (left === 0) resolve({ wall: performance.now() - start, characters });
      },
    });
    setTimeout(() => reject(new Error(`${client} still waits for ${left} of ${count} messages.`)), longest);
  });
};

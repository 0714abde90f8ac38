import { lengthOf } from '../../workloads.ts';
import { type ClientName, clients } from './clients.ts';

/** A stream that a page is asked to read, or several of the same kind at once. */
export interface ReadingJob {
  readonly client: ClientName;
  readonly url: string;
  readonly event: string;
  /** How many messages come in all. */
  readonly count: number;
  /** How many streams share these messages, each from a host that has room: one of the page's own when it is left out. */
  readonly connections?: number | undefined;
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

/** A browser has as many connections to an origin over HTTP/1.1. */
const mostToOrigin = 6;

let opened = 0;

/** The URL at a host that has a connection left. Streams that were read stay open. */
function atNextHost(url: URL): URL {
  const other = new URL(url);
  other.hostname = `host-${Math.floor(opened / mostToOrigin)}.localhost`;
  opened += 1;
  return other;
}

globalThis.readStream = async ({ client, url, event, count, connections }) => {
  const { open } = await clients[client].load();
  const own = new URL(url, location.href); // some clients take no relative one
  const urls = connections === undefined ? [own] : Array.from({ length: connections }, () => atNextHost(own));
  return new Promise((resolve, reject) => {
    let left = count;
    let characters = 0;
    const start = performance.now();
    function receive(data: unknown): void {
      characters += lengthOf(data);
      left -= 1;
      if (left === 0) resolve({ wall: performance.now() - start, characters });
    }
    for (const { href } of urls) open({ url: href, event, receive });
    setTimeout(() => reject(new Error(`${client} still waits for ${left} of ${count} messages.`)), longest);
  });
};

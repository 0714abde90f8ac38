import { type AppName, apps } from './apps.ts';
import { watchFrames } from './watch-frames.ts';

/** A stream that an app is asked to show. */
export interface ShowJob {
  readonly app: AppName;
  readonly url: string;
  readonly count: number;
}

/** The effects that a user notices. Times are in milliseconds. */
export interface ShowReport {
  /** From the mount to the frame after the last message. */
  readonly duration: number;
  /** How many messages the app has seen. */
  readonly delivered: number;
  /** How long the last one was on its way. */
  readonly lag: number;
  readonly renders: number;
  /** Between two frames. */
  readonly mostRenders: number;
  /** Chunks of the body that a `fetch` has read; a native `EventSource` does not tell. */
  readonly chunks: number;
  readonly frames: number;
  /** The longest task of those that took 50 ms or more, which the browser calls long; 0 without any. */
  readonly longestTask: number;
}

declare global {
  var showStream: (job: ShowJob) => Promise<ShowReport>;
}

/** How long an app may take to show everything, in milliseconds. */
const longest = 300_000;

globalThis.showStream = async ({ app, url, count }) => {
  const { mount } = await apps[app].load();
  const chunks = countChunks();
  const frames = watchFrames();
  const start = performance.now();
  let delivered = 0;
  const lag = await new Promise<number>((resolve, reject) => {
    mount(document.querySelector('main') ?? document.body, {
      url,
      onMessage({ index, sentAt }) {
        delivered += 1;
        if (index === count) resolve(Date.now() - sentAt);
      },
      onRender: frames.countRender,
    });
    setTimeout(() => reject(new Error(`${app} never saw the last of ${count} messages.`)), longest);
  });
  const seen = await frames.stop();
  return { duration: performance.now() - start, delivered, lag, chunks: chunks(), ...seen };
};

/** Counts what is read from the bodies of answers, from now on. */
function countChunks(): () => number {
  const { prototype } = ReadableStreamDefaultReader;
  const { read } = prototype;
  let chunks = 0;
  prototype.read = function count(this: ReadableStreamDefaultReader) {
    chunks += 1;
    return read.call(this);
  };
  return () => chunks;
}

import type { Reading } from '../transports/stream/parse-stream.ts';
import { turn } from './real-time.ts';

/** The chunks that one client reads of its stream, one by one. */
export interface Feed {
  /** Has the client read a chunk, the end of the stream, or an error; resolves when it has done with it. */
  give(...chunks: readonly (Reading | Error)[]): Promise<void>;
  /** The next chunk. Whoever asks for it has done with the one before. */
  read(): Promise<Reading>;
  /** Nobody reads any more. */
  release(): void;
}

export function createFeed(): Feed {
  const chunks: (Reading | Error)[] = [];
  let heard: (() => void)[] = [];
  let isReleased = false;
  let wake = () => {};

  function settle(): void {
    for (const resolve of heard) resolve();
    heard = [];
  }

  return {
    async give(...given) {
      chunks.push(...given);
      if (!isReleased) {
        await new Promise<void>((resolve) => {
          heard.push(resolve);
          wake();
        });
      }
      // The client hears of the end of its stream some promises later.
      if (isReleased) await turn();
    },
    async read() {
      while (true) {
        const chunk = chunks.shift();
        if (chunk instanceof Error) throw chunk;
        if (chunk) return chunk;
        settle();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    release() {
      isReleased = true;
      settle();
    },
  };
}

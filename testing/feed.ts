import type { Reading } from '../transports/stream/parse-stream.ts';
import { turn } from './real-time.ts';

/** The chunks of a stream, which one client reads one by one. */
export interface Feed {
  /** Gives the client chunks, the end of the stream, or an error to read. Resolves when the client has handled them. */
  give(...chunks: readonly (Reading | Error)[]): Promise<void>;
  /** The next chunk. A client that asks for it has handled the one before. */
  read(): Promise<Reading>;
  /** The client has stopped reading. */
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
      // The client learns of the end of its stream some promises later.
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

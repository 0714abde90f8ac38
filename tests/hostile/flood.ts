import { gzipSync } from 'node:zlib';
import type { Answer } from '../support/sse-server.ts';

const chunkSize = 2 ** 16;

/** The parts of a flood: once the start, then the piece again and again. */
export interface Flood {
  readonly start?: string;
  readonly piece: string;
  /** How many bytes the client reads; the flood ends with what comes last. */
  readonly bytes: number;
  readonly end?: string;
}

/** Writes as fast as the client reads, until it is enough or the client is gone; compressed, it is a bomb. */
export function flood({ start = '', piece, bytes, end = '' }: Flood, { gzip = false } = {}): Answer {
  return async (response) => {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      ...(gzip && { 'content-encoding': 'gzip' }),
    });
    if (gzip) {
      const all = Buffer.concat([Buffer.from(start), Buffer.alloc(bytes, piece), Buffer.from(end)]);
      response.end(gzipSync(all, { level: 1 }));
      return;
    }
    const chunk = piece.repeat(Math.ceil(chunkSize / piece.length));
    const gone = new Promise<void>((resolve) => response.once('close', resolve));
    const write = (text: string) =>
      response.write(text) || Promise.race([gone, new Promise((resolve) => response.once('drain', resolve))]);

    await write(start);
    for (let left = bytes; left > 0 && !response.destroyed; left -= chunk.length) await write(chunk);
    response.end(end);
  };
}

import { createGzip } from 'node:zlib';
import type { Answer } from '../support/sse-server.ts';

const chunkSize = 2 ** 16;

/** What a flood is made of: once what it starts with, then the piece again and again. */
export interface Flood {
  readonly start?: string;
  readonly piece: string;
  /** How many bytes the client reads; the flood ends with what comes last. */
  readonly bytes: number;
  readonly end?: string;
}

/** Writes as fast as the client reads, compressed or not, until it is enough or the client is gone. */
export function flood({ start = '', piece, bytes, end = '' }: Flood, { gzip = false } = {}): Answer {
  return async (response) => {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      ...(gzip && { 'content-encoding': 'gzip' }),
    });
    const target = gzip ? createGzip({ level: 1 }) : response;
    if (gzip) target.pipe(response);
    const chunk = piece.repeat(Math.ceil(chunkSize / piece.length));
    const gone = new Promise<void>((resolve) => response.once('close', resolve));
    const write = (text: string) =>
      target.write(text) || Promise.race([gone, new Promise((resolve) => target.once('drain', resolve))]);

    await write(start);
    for (let left = bytes; left > 0 && !response.destroyed; left -= chunk.length) await write(chunk);
    target.end(end);
  };
}

import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** Decodes the bytes of a body as they come. */
export interface Decoder {
  write(chunk: Uint8Array): void;
  /** Calls back when everything that was written has been decoded. */
  end(done: () => void): void;
  destroy(): void;
}

/** The encodings that a request accepts and that can be decoded here. */
export const acceptedEncodings = 'gzip, deflate, br';

/**
 * Undoes the content encoding. Decoded bytes are passed on as soon as possible.
 *
 * @param heard Called with decoded bytes. `failed` is called with a sentence when they cannot be decoded.
 */
export function createDecoder(
  encoding: string | undefined,
  heard: (bytes: Uint8Array) => void,
  failed: (reason: string) => void,
): Decoder {
  const transform = transformOf(encoding?.trim().toLowerCase());
  if (transform === undefined) return { write: heard, end: (done) => done(), destroy: () => {} };
  transform.on('data', heard);
  transform.on('error', () => failed(`The body is not what \`Content-Encoding: ${encoding}\` says.`));
  return {
    write: (chunk) => void transform.write(chunk),
    end(done) {
      transform.once('close', done);
      transform.end();
    },
    destroy: () => transform.destroy(),
  };
}

function transformOf(encoding: string | undefined): Transform | undefined {
  const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = constants;
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip({ finishFlush: Z_SYNC_FLUSH });
  if (encoding === 'deflate') return createInflate({ finishFlush: Z_SYNC_FLUSH });
  if (encoding === 'br') return createBrotliDecompress({ finishFlush: BROTLI_OPERATION_FLUSH });
  return undefined;
}

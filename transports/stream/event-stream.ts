import type { MessageBatch } from '../../machines/message.ts';
import type { BodyReader } from '../http/body.ts';
import { type ParseOptions, parseStream } from './parse-stream.ts';

/** Reads an event stream from the bytes of an answer, until it is over or `signal` aborts. */
export function readEventStream(
  reader: BodyReader,
  signal: AbortSignal,
  options: ParseOptions,
  count: { bytesRead: number },
): AsyncGenerator<MessageBatch, void> {
  const cancel = () => void reader.cancel().catch(() => {});
  // A `fetch` of the app may ignore the signal, and may answer after it.
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();

  // The parser removes the byte order mark. The decoder of Node would remove a second one when a chunk ends within
  // the first.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const read = async () => {
    const { done, value } = await reader.read();
    count.bytesRead += value?.length ?? 0;
    return { done: done === true, text: decoder.decode(value, { stream: !done }) };
  };
  return parseStream(read, cancel, options);
}

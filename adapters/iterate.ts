import { exceeded } from '../machines/connection-error.ts';
import type { Message } from '../machines/message.ts';
import type { Connection } from './connection.ts';

/**
 * Iterates over the messages of a connection, from the first call of `next()` on.
 *
 * @param hold Stops reading the stream, and returns a function that reads on. Left out, the iteration throws when the
 * consumer is too slow.
 */
export async function* iterate(
  connection: Connection,
  bufferSize: number,
  hold?: () => () => void,
): AsyncGenerator<Message, void> {
  let buffer: Message[] = [];
  let waiting = 0;
  let overflowed = false;
  let wake = () => {};
  let release: (() => void) | undefined;
  const forget = connection.on('*', (message) => {
    // With `hold` the limit may be passed: the messages of a chunk that was read come all at once.
    if (waiting < bufferSize || hold) {
      buffer.push(message);
      waiting += 1;
    } else overflowed = true;
    if (waiting >= bufferSize) release ??= hold?.();
    wake();
  });
  const unsubscribe = connection.subscribe(() => wake());

  try {
    while (true) {
      // Not with `shift`, which moves all other messages: 43 s for 300 000.
      while (waiting > 0) {
        const batch = buffer;
        buffer = [];
        for (const message of batch) {
          waiting -= 1;
          yield message;
        }
      }
      release?.();
      release = undefined;
      if (overflowed) throw exceeded('too-large', 'bufferSize', bufferSize);
      const { status, closeReason, error } = connection.state;
      if (status === 'failed') throw error;
      if (closeReason && closeReason !== 'paused') return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    release?.();
    forget();
    unsubscribe();
  }
}

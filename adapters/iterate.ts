import { exceeded } from '../machines/connection-error.ts';
import type { Message } from '../machines/message.ts';
import type { Connection } from './connection.ts';

/**
 * Iterates over the messages of a connection, from the first call of `next()` on.
 *
 * @param hold Holds back the stream, and returns how to let it go on. Left out, a consumer that is too slow fails.
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
    // A chunk that has been read already comes as a whole.
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
      // Not by `shift`: it moves all the others, which takes 43 s for 300 000.
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

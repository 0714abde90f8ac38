import { exceeded } from '../machines/connection-error.ts';
import type { Message } from '../machines/message.ts';
import type { Connection } from './connection.ts';

/** Iterates over the messages of a connection, from the first call of `next()` on. */
export async function* iterate(connection: Connection, bufferSize: number): AsyncGenerator<Message, void> {
  let buffer: Message[] = [];
  let waiting = 0;
  let overflowed = false;
  let wake = () => {};
  const forget = connection.on('*', (message) => {
    if (waiting < bufferSize) {
      buffer.push(message);
      waiting += 1;
    } else overflowed = true;
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
      if (overflowed) throw exceeded('too-large', 'bufferSize', bufferSize);
      const { status, closeReason, error } = connection.state;
      if (status === 'failed') throw error;
      if (closeReason && closeReason !== 'paused') return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    forget();
    unsubscribe();
  }
}

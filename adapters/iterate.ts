import { exceeded } from '../machines/connection-error.ts';
import type { Message } from '../machines/message.ts';
import type { Connection } from './connection.ts';

/** Iterates over the messages of a connection, from the first call of `next()` on. */
export async function* iterate(connection: Connection, bufferSize: number): AsyncGenerator<Message, void> {
  const buffer: Message[] = [];
  let overflowed = false;
  let wake = () => {};
  const forget = connection.on('*', (message) => {
    if (buffer.length < bufferSize) buffer.push(message);
    else overflowed = true;
    wake();
  });
  const unsubscribe = connection.subscribe(() => wake());

  try {
    while (true) {
      for (let next = buffer.shift(); next; next = buffer.shift()) yield next;
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

import type { ServerResponse } from 'node:http';
import type { EventLog } from './event-log.ts';

/** One stream that was accepted. */
export interface Client {
  /** The name that it gave itself. */
  readonly name: string;
  /** Sends the events of the log that this client lacks. */
  pump(): void;
  keepAlive(): void;
  /** Sends nothing more, and keeps the socket open. */
  silence(): void;
  /** Breaks off in the middle of the next event. */
  cut(): void;
  /** Ends the stream in good order. */
  finish(): void;
  /** Destroys the socket. */
  drop(): void;
}

/**
 * Replays and live events use one cursor into the log. A slow client is not written to until its socket has drained,
 * so its events wait in the log, not in a growing buffer.
 */
export function createClient(
  response: ServerResponse,
  { name, log, start }: { name: string; log: EventLog; start: number },
): Client {
  let cursor = start;
  let blocked = false;
  let silent = false;
  let cutting = false;

  function write(text: string): void {
    blocked = !response.write(text);
  }

  function pump(): void {
    while (!blocked && !silent) {
      const entry = log.next(cursor);
      if (!entry) return;
      if (cutting) {
        breakOffIn(entry.text);
        return;
      }
      // It was so slow that the log has moved on.
      if (entry.seq > cursor + 1) write(lostBlock(entry.seq - cursor - 1));
      cursor = entry.seq;
      write(entry.text);
    }
  }

  /** The break comes after the ID. Even so, the event must not count as received. */
  function breakOffIn(text: string): void {
    silent = true;
    const half = text.slice(0, text.indexOf('data: ') + 12);
    response.write(half, () => response.destroy());
  }

  response.on('drain', () => {
    blocked = false;
    pump();
  });

  return {
    name,
    pump,
    keepAlive() {
      if (!blocked && !silent) write(': keep-alive\n\n');
    },
    silence() {
      silent = true;
    },
    cut() {
      cutting = true;
      pump();
    },
    finish() {
      silent = true;
      response.end();
    },
    drop: () => void response.destroy(),
  };
}

/** Tells a client how many events it will never get. It is not in the log, so it has no ID. */
export function lostBlock(count: number): string {
  return `event: replay-lost\ndata: ${JSON.stringify({ count })}\n\n`;
}

import type { ActorRefLike, SnapshotFrom } from 'xstate';
import type { ConnectionActor, connectionMachine, StreamEvent } from '../../machines/connection.ts';
import type { Message } from '../../machines/message.ts';

/** The event of a batch. */
export type MessagesEvent = Extract<StreamEvent, { type: 'stream.messages' }>;

/** The batches that a connection has handled since the last record of them. */
export interface Tally {
  readonly batches: number;
  readonly messages: number;
  readonly lastEventId: string;
  /** The last few messages. */
  readonly last: readonly Message[];
  /** When the last of them was handled, on the wall clock in milliseconds. */
  readonly at: number;
  /** The transport that reported them. */
  readonly source: ActorRefLike | undefined;
  /** The connection as it was after that. */
  readonly snapshot: SnapshotFrom<typeof connectionMachine>;
}

export interface Traffic {
  count(connection: ConnectionActor, batch: MessagesEvent, source: ActorRefLike | undefined): void;
  /** Makes the record of the counted messages now, if there are any. */
  flush(connection: ConnectionActor): void;
  stop(): void;
}

/**
 * Counts the messages of connections. A batch after a silence is recorded at once; those in the next `every`
 * milliseconds make one record. So a fast stream does not flood the viewer.
 */
export function createTraffic(
  every: number,
  tell: (connection: ConnectionActor, tally: Tally) => void,
): Traffic {
  /** The counts since the timer was set, of every connection that has one. */
  const windows = new Map<
    ConnectionActor,
    { tally?: Tally; readonly timer: ReturnType<typeof setTimeout> }
  >();

  function tellNow(connection: ConnectionActor, tally: Tally): void {
    clearTimeout(windows.get(connection)?.timer);
    windows.delete(connection);
    if (every > 0) {
      const timer = setTimeout(() => close(connection), every);
      Object(timer).unref?.(); // it must not keep Node running
      windows.set(connection, { timer });
    }
    tell(connection, tally);
  }

  function close(connection: ConnectionActor): void {
    const tally = windows.get(connection)?.tally;
    windows.delete(connection);
    if (tally) tellNow(connection, tally);
  }

  return {
    count(connection, batch, source) {
      const window = windows.get(connection);
      const tally = { ...add(window?.tally, batch), source, snapshot: connection.getSnapshot() };
      if (window) window.tally = tally;
      else tellNow(connection, tally);
    },
    flush(connection) {
      const tally = windows.get(connection)?.tally;
      if (tally) tellNow(connection, tally);
    },
    stop() {
      for (const { timer } of windows.values()) clearTimeout(timer);
      windows.clear();
    },
  };
}

/** How many messages are kept to be shown. */
const kept = 10;

function add(before: Tally | undefined, batch: MessagesEvent): Omit<Tally, 'source' | 'snapshot'> {
  const { batches = 0, messages = 0, last = [] } = before ?? {};
  return {
    batches: batches + 1,
    messages: messages + batch.messages.length,
    lastEventId: batch.lastEventId,
    last: [...last, ...batch.messages.slice(-kept)].slice(-kept),
    at: Date.now(),
  };
}

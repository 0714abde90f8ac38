import { createConnection, type JitterKind } from '../../../../index.ts';
import { type FleetFrame, slotOf, statusLetters } from '../../protocol/fleet-frame.ts';

export interface FleetOptions {
  /** Where the stream is. */
  readonly url: string;
  readonly clients: number;
  readonly jitter: JitterKind;
  /** In milliseconds, as for any connection. */
  readonly retryDelay: number;
  readonly maxRetryDelay: number;
}

/** Many clients of one kind, each with a connection and a socket of its own. */
export interface Fleet {
  /** Tells the status of each client, and the attempts since the last look. */
  look(): FleetFrame;
  /** Whether something has changed since the last look. */
  readonly changed: boolean;
  close(): void;
}

/** Clients without a limit of retries, so that each comes back however long the server is away. */
export function createFleet({ url, clients, jitter, retryDelay, maxRetryDelay }: FleetOptions): Fleet {
  const letters = Array.from<unknown, string>({ length: clients }, () => statusLetters.closed);
  let attempts = new Map<number, number>();
  let changed = true;

  /**
   * An attempt is counted at the time at which it was due, because some are late: all clients share one process here,
   * unlike those of many people.
   */
  function count(due: number): void {
    const slot = slotOf(due);
    attempts.set(slot, (attempts.get(slot) ?? 0) + 1);
  }

  const client = jitter === 'none' ? 'without jitter' : `with ${jitter} jitter`;
  const connections = letters.map((_, place) => {
    const connection = createConnection(`${url}/${encodeURIComponent(client)}?batched`, {
      immediate: false,
      maxRetries: Number.POSITIVE_INFINITY,
      retryDelay,
      maxRetryDelay,
      jitter,
      idleTimeout: 8_000, // more than two keep-alives
      parse: 'text',
    });
    let before = connection.state;
    connection.subscribe((state) => {
      const { status } = state;
      // The first attempt of all is no reconnection.
      if (status === 'connecting' && before.status !== status && before.status !== 'closed') {
        count(before.retryAt ?? Date.now());
      }
      changed ||= status !== before.status;
      letters[place] = statusLetters[status];
      before = state;
    });
    return connection;
  });

  let arrived = 0;
  const arriving = setInterval(() => {
    if (letters.filter((letter) => letter === statusLetters.connecting).length >= arrivals) return;
    for (const connection of connections.slice(arrived, arrived + arrivals)) connection.open();
    arrived += arrivals;
    if (arrived >= clients) clearInterval(arriving);
  }, 20);

  return {
    get changed() {
      return changed;
    },
    look() {
      const frame = { jitter, statuses: letters.join(''), attempts: [...attempts] };
      attempts = new Map();
      changed = false;
      return frame;
    },
    close() {
      clearInterval(arriving);
      for (const connection of connections) void connection[Symbol.asyncDispose]();
    },
  };
}

/** How many clients connect at a time at first: the queue of a listening socket has a few hundred places. */
const arrivals = 20;

import { type ConnectionStatus, createConnection, type JitterKind } from '../../../index.ts';
import { type FleetFrame, slotOf, statusLetters } from './fleet-frame.ts';

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
  /** What has become of them, and their attempts since the last look. */
  look(): FleetFrame;
  /** Whether something has changed since the last look. */
  readonly changed: boolean;
  close(): void;
}

/** They never give up, so that each of them comes back however long the server is away. */
export function createFleet({ url, clients, jitter, retryDelay, maxRetryDelay }: FleetOptions): Fleet {
  const letters = Array.from<unknown, string>({ length: clients }, () => statusLetters.closed);
  let attempts = new Map<number, number>();
  let changed = true;

  function show(client: number, before: ConnectionStatus, status: ConnectionStatus): void {
    letters[client] = statusLetters[status];
    changed = true;
    // The first attempt of all is no reconnection.
    if (status !== 'connecting' || before === 'closed') return;
    const slot = slotOf(Date.now());
    attempts.set(slot, (attempts.get(slot) ?? 0) + 1);
  }

  const connections = letters.map((_, client) => {
    const connection = createConnection(`${url}?batched&client=fleet (${jitter})`, {
      immediate: false,
      maxRetries: Number.POSITIVE_INFINITY,
      retryDelay,
      maxRetryDelay,
      jitter,
      parse: 'text',
    });
    let before = connection.state.status;
    connection.subscribe(({ status }) => {
      if (status !== before) show(client, before, status);
      before = status;
    });
    return connection;
  });

  // They arrive one after the other, as people do: the queue of a listening socket has a few hundred places.
  let arrived = 0;
  const arriving = setInterval(() => {
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

/** How many clients arrive every 20 ms. */
const arrivals = 20;

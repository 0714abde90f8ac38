import { ReplayMemory } from '../replays/replay-memory.ts';
import { type Cadence, createCadence } from './liveness.ts';

/** The memory that the transport actors of one connection have in common. */
export interface ConnectionMemory {
  readonly replays: ReplayMemory;
  readonly cadence: Cadence;
  /** The moment at which the last request was sent, as `thisMoment()` gives it. */
  sentAt: number;
  /** A programming error was reported: the next attempts bring the same. */
  hasReported: boolean;
  /** Each resolves once a consumer has caught up. Until then, the stream is not read. */
  readonly holds: Set<Promise<void>>;
  /** Where the last event ID is of: origin and path. */
  resource: string | undefined;
  /** The method of the last request over `fetch`, and the status of the last answer. */
  method: string | undefined;
  status: number | undefined;
  /** The bytes of streams that were read over `fetch`. */
  bytesRead: number;
  /** The server has answered a request with the last event ID in a header. */
  allowsId: boolean;
}

const memories = new WeakMap<object, ConnectionMemory>();

/** The memory of a connection, for as long as there is that connection. */
export function memoryOf(connection: object): ConnectionMemory {
  const known = memories.get(connection);
  if (known) return known;
  const memory = {
    replays: new ReplayMemory(),
    cadence: createCadence(),
    sentAt: 0,
    holds: new Set<Promise<void>>(),
    hasReported: false,
    resource: undefined,
    method: undefined,
    status: undefined,
    bytesRead: 0,
    allowsId: false,
  };
  memories.set(connection, memory);
  return memory;
}

import { ReplayMemory } from '../replays/replay-memory.ts';
import { type Cadence, createCadence } from './liveness.ts';

/** The data that the transport actors of one connection share. */
export interface ConnectionMemory {
  readonly replays: ReplayMemory;
  readonly cadence: Cadence;
  /** The moment at which the last request was sent, as `thisMoment()` gives it. */
  sentAt: number;
  /** A programming error was reported. The next attempts would only repeat it. */
  hasReported: boolean;
  /** Promises of consumers that have to catch up. The stream is not read until all have resolved. */
  readonly holds: Set<Promise<void>>;
  /** The resource that the last event ID belongs to: origin and path. */
  resource: string | undefined;
  /** The method of the last request over `fetch`, and the status of the last answer. */
  method: string | undefined;
  status: number | undefined;
  /** How many bytes of streams were read over `fetch`. */
  bytesRead: number;
  /** The server has answered a request with the last event ID in a header. */
  allowsId: boolean;
}

const memories = new WeakMap<object, ConnectionMemory>();

/** The memory of a connection, which lives as long as the connection. */
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

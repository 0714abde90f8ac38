import { startEvent, stopEvent } from '../../../machines/xstate-internals.ts';
import { firstSeen, isTraffic, type Moment, momentOf } from './moment.ts';
import { type KnownRecord, readRecord, type ShownEvent, type ShownState } from './record.ts';
import type { ShownTab } from './shown-tab.ts';
import { takenTransition } from './taken-transition.ts';

/** The limits of the history. The oldest is dropped first. */
export const limits = {
  /** Moments of one connection. */
  moments: 2_000,
  /** Moments of all connections together. */
  total: 20_000,
  connections: 500,
} as const;

/** The history of one connection. */
export interface ConnectionHistory {
  readonly sessionId: string;
  readonly name: string;
  /** In the order in which they came; there is always one. */
  readonly moments: readonly Moment[];
  /** How many moments were dropped. */
  readonly dropped: number;
}

/** The history of all connections, from the records, within {@link limits}. */
export interface History {
  /** Takes a record of the inspector. Records of other actors, and invalid ones, change nothing. */
  receive(record: unknown): void;
  /** In the order in which they were seen. */
  readonly connections: ReadonlyMap<string, ConnectionHistory>;
  /** The streams that the page shares with other tabs, as they are now. */
  readonly tabs: ReadonlyMap<string, ShownTab>;
  /** How many connections were dropped. */
  readonly droppedConnections: number;
  /** The number of received records: a view of the same version is up to date. */
  readonly version: number;
}

interface Entry extends ConnectionHistory {
  readonly moments: Moment[];
  dropped: number;
  /** The last snapshot that was seen of it. */
  snapshot: unknown;
  /** The event whose snapshot belongs to the last moment; empty when that is complete. */
  awaits: string;
}

interface Step {
  readonly at: number;
  readonly sessionId: string;
  readonly event: ShownEvent;
  /** The event as it came. */
  readonly cause?: unknown;
  readonly state: Omit<ShownState, 'snapshot'> & { readonly snapshot?: unknown };
}

export function createHistory(): History {
  const connections = new Map<string, Entry>();
  /** The names of actors of which nothing else is known yet. */
  const names = new Map<string, string>();
  const tabs = new Map<string, ShownTab>();
  let droppedConnections = 0;
  let total = 0;
  let version = 0;

  function note(record: KnownRecord): void {
    const { sessionId } = record;
    if (record.type === 'actor') {
      const { name, parentId, state } = record;
      // The transports and the environment of a connection come and go.
      if (connections.has(sessionId) || (parentId !== undefined && connections.has(parentId))) return;
      keep(names, sessionId, name);
      if (state) append({ ...record, event: firstSeen, state }, startEvent);
    } else if (record.type === 'tab') {
      const { name = tabs.get(sessionId)?.name ?? sessionId, tab } = record;
      if (tab.isActive) keep(tabs, sessionId, { ...tab, name });
      else tabs.delete(sessionId);
      version += 1;
    } else if (record.type === 'snapshot') {
      append(record);
    } else {
      noteEvent(record);
    }
  }

  /** Most events come with the snapshot that follows them; these two come alone. */
  function noteEvent(record: Extract<KnownRecord, { type: 'event' }>): void {
    const { sessionId, event } = record;
    const last = connections.get(sessionId)?.moments.at(-1);
    if (!last) return;
    if (event.type === stopEvent) {
      if (!last.isLast) append({ ...record, state: { ...last, isActive: false } });
    } else if (isTraffic({ event })) {
      append({ ...record, state: { ...last, isActive: !last.isLast } }, event.type);
    }
  }

  function append({ at, sessionId, event, cause, state }: Step, awaits = ''): void {
    const connection = connections.get(sessionId) ?? open(sessionId);
    const { moments } = connection;
    const last = moments.at(-1);
    version += 1;
    if (last && connection.awaits === event.type && awaits === '') {
      moments[moments.length - 1] = momentOf({ ...last, event }, state, moments.at(-2));
    } else {
      // A clock may be set back, but no moment is earlier than the one before it.
      const taken = takenTransition(cause, connection.snapshot, state.value);
      const step = { id: version, at: Math.max(at, last?.at ?? 0), event, taken };
      moments.push(momentOf(step, state, last));
      total += 1;
    }
    connection.snapshot = state.snapshot ?? connection.snapshot;
    connection.awaits = awaits;
    if (moments.length > limits.moments) dropFrom(connection);
    if (total > limits.total) dropFrom(oldest());
  }

  function open(sessionId: string): Entry {
    const name = names.get(sessionId) ?? sessionId;
    const connection: Entry = {
      sessionId,
      name,
      moments: [],
      dropped: 0,
      snapshot: null,
      awaits: '',
    };
    names.delete(sessionId);
    connections.set(sessionId, connection);
    if (connections.size > limits.connections) forget(stalest());
    return connection;
  }

  function dropFrom(connection: Entry | undefined): void {
    if (!connection) return;
    connection.moments.shift();
    connection.dropped += 1;
    total -= 1;
    if (connection.moments.length === 0) forget(connection);
  }

  function forget(connection: Entry | undefined): void {
    if (!connection) return;
    connections.delete(connection.sessionId);
    total -= connection.moments.length;
    droppedConnections += 1;
  }

  function oldest(): Entry | undefined {
    return least([...connections.values()], ({ moments }) => moments[0]?.id ?? Infinity);
  }

  /** A connection that has stopped, if any; else the one with the oldest last record. */
  function stalest(): Entry | undefined {
    const others = [...connections.values()].filter(({ moments }) => moments.length > 0);
    const over = others.filter(({ moments }) => moments.at(-1)?.isLast);
    return least(over.length > 0 ? over : others, ({ moments }) => moments.at(-1)?.id ?? Infinity);
  }

  return {
    receive(record) {
      const known = readRecord(record);
      if (known) note(known);
    },
    connections,
    tabs,
    get droppedConnections() {
      return droppedConnections;
    },
    get version() {
      return version;
    },
  };
}

/** Remembers an actor, and forgets the oldest ones. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  const [eldest] = map.keys();
  if (map.size > 4 * limits.connections && eldest !== undefined) map.delete(eldest);
}

function least(entries: readonly Entry[], rank: (entry: Entry) => number): Entry | undefined {
  let [found] = entries;
  for (const entry of entries) if (!found || rank(entry) < rank(found)) found = entry;
  return found;
}

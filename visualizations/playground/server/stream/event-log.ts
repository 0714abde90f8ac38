/** One event, as it stands in the log. */
export interface LogEntry {
  readonly seq: number;
  /** The block as it goes over the wire. */
  readonly text: string;
}

/** Where a client that comes back goes on. */
export interface ResumePoint {
  /** The `seq` of the last event that it need not get. */
  readonly cursor: number;
  /** How many events it will get from the log. */
  readonly replayed: number;
  /** How many events it missed that the log no longer has. */
  readonly lost: number;
  /** Its ID is not one of this log: it comes from before the server was started, or from elsewhere. */
  readonly unknown: boolean;
}

/** Keeps the last events, for clients that resume. */
export interface EventLog {
  append(event: string, data: object): void;
  /** The first event after the cursor that the log still has. */
  next(cursor: number): LogEntry | undefined;
  resumeAfter(lastEventId: string): ResumePoint;
  /** Calls the listener after every event. Returns a function that removes it. */
  onAppend(listener: () => void): () => void;
}

/**
 * The data of every event has a `seq` without gaps, with which a client can count missing and doubled events without
 * trusting the IDs, and the `run` of the numbers: they start again with the process.
 */
export function createEventLog({
  capacity = 10_000,
  run = String(Math.floor(Date.now() / 1_000)),
} = {}): EventLog {
  const entries: LogEntry[] = [];
  const listeners = new Set<() => void>();
  let last = 0;

  const first = () => last - entries.length + 1;

  return {
    append(event, data) {
      last += 1;
      const name = event === 'message' ? '' : `event: ${event}\n`;
      const payload = JSON.stringify({ seq: last, run, ...data });
      entries.push({ seq: last, text: `${name}id: ${run}-${last}\ndata: ${payload}\n\n` });
      if (entries.length > capacity) entries.shift();
      for (const listener of listeners) listener();
    },
    next: (cursor) => entries[Math.max(0, cursor + 1 - first())],
    resumeAfter(lastEventId) {
      if (lastEventId === '') return { cursor: last, replayed: 0, lost: 0, unknown: false };
      const [, itsRun, digits] = /^(\d+)-(\d+)$/.exec(lastEventId) ?? [];
      const seq = Number(digits);
      const unknown = itsRun !== run || seq > last;
      const cursor = unknown ? first() - 1 : Math.max(seq, first() - 1);
      return { cursor, replayed: last - cursor, lost: unknown ? 0 : cursor - seq, unknown };
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

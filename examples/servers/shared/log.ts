import { DatabaseSync } from 'node:sqlite';
import { createFollowers, type LoggedEvent } from './events.ts';

/** A log on disk: events that a client has missed are still there after the server was restarted or killed. */
export interface EventLog {
  append(name: string, data: string): LoggedEvent;
  /** The first 500 events after an ID. */
  after(id: number): readonly LoggedEvent[];
  /** Yields every event after an ID, also future ones, until the signal aborts. */
  follow(after: number, signal: AbortSignal): AsyncGenerator<LoggedEvent, void>;
  /**
   * The ID after which a stream begins: that of the client, if the next event is still kept; else the nearest one.
   * Tell it to the client in the header `Last-Event-ID` of the answer, so that it knows of the gap.
   */
  startAfter(lastEventId: unknown): number;
}

/** How many events are kept, of all topics together. */
const kept = Number(process.env['EVENTS_KEPT'] ?? 100_000);

export const database = new DatabaseSync(process.env['EVENTS_DB'] ?? 'events.db');
// NORMAL: events survive any end of the process; with FULL, that of the machine too. AUTOINCREMENT gives no ID twice,
// not even that of a deleted event.
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS by_topic ON events (topic, id);
`);

const insert = database.prepare('INSERT INTO events (topic, name, data) VALUES (?, ?, ?) RETURNING id');
const trim = database.prepare('DELETE FROM events WHERE id <= ?');
const select = database.prepare('SELECT * FROM events WHERE topic = ? AND id > ? ORDER BY id LIMIT 500');
const ends = database.prepare(
  'SELECT max(id) AS newest, (SELECT min(id) FROM events) AS oldest FROM events WHERE topic = ?',
);

const followers = createFollowers();

export function openLog(topic: string): EventLog {
  function after(id: number): LoggedEvent[] {
    return select.all(topic, id).map((row) => ({
      id: Number(row['id']),
      name: String(row['name']),
      data: String(row['data']),
    }));
  }

  return {
    after,
    follow: (id, signal) => followers.follow(after, id, signal),
    append(name, data) {
      const id = Number(insert.get(topic, name, data)?.['id']);
      trim.run(id - kept);
      followers.wake();
      return { id, name, data };
    },
    startAfter(lastEventId) {
      const row = ends.get(topic);
      const [oldest, newest] = [Number(row?.['oldest'] ?? 1), Number(row?.['newest'] ?? 0)];
      const given = typeof lastEventId === 'string' && /^\d+$/.test(lastEventId) ? Number(lastEventId) : NaN;
      // No ID, or one of another log.
      if (!(given <= newest)) return newest;
      return Math.max(given, oldest - 1);
    },
  };
}

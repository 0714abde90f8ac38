/** An event of the log. */
export interface LoggedEvent<Id = number> {
  /** Unique in the stream, and greater than all before: with it, a client says where it stopped. */
  readonly id: Id;
  readonly name: string;
  /** Text of any lines; JSON in these examples. */
  readonly data: string;
}

/** An event as it travels. A line break in the data would end its line, so each line gets a field of its own. */
export function eventText({ id, name, data }: LoggedEvent<number | string>): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `id: ${id}\nevent: ${name}\n${lines.join('')}\n`;
}

/**
 * The beginning of every stream. The comment makes proxies pass the headers on. The ID gives the client something to
 * resume after, even if it is cut off before its first event.
 */
export function welcomeText(after: number | string): string {
  return `: connected\nid: ${after}\n\n`;
}

export const keepAliveText = ': keep-alive\n\n';

/** Without an ID, so that the client's last event ID stays. A client has to know it: `closeOn: 'kicked'`. */
export const kicked = { name: 'kicked', data: '{"reason":"too many streams"}' };
export const kickedText = `event: ${kicked.name}\ndata: ${kicked.data}\n\n`;

/** Lets streams read a log from a place in it, and go on with what is appended. */
export interface Followers {
  /** Tells all streams that there is something new in the log. */
  wake(): void;
  /**
   * Yields every event after an ID, also future ones, until the signal aborts.
   *
   * @param read Returns the first events after an ID, in order, or none. It may ask a database.
   */
  follow(read: Read, after: number, signal: AbortSignal): AsyncGenerator<LoggedEvent, void>;
}

type Read = (after: number) => readonly LoggedEvent[] | Promise<readonly LoggedEvent[]>;

export function createFollowers(): Followers {
  const waiting = new Set<() => void>();
  let appends = 0;

  function nextAppend(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      function done(): void {
        waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      }
      waiting.add(done);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }

  return {
    wake() {
      appends += 1;
      for (const done of [...waiting]) done();
    },
    async *follow(read, after, signal) {
      let cursor = after;
      while (!signal.aborted) {
        // Trap: code that reads first and then listens loses events that are appended between the two. So this
        // remembers the number of appends before it reads, and reads again if it has changed. Each reading starts
        // where the last one ended, so nothing is sent twice.
        const before = appends;
        const events = await read(cursor);
        for (const event of events) {
          if (signal.aborted) return;
          yield event;
          cursor = event.id;
        }
        // Waits only at the end of the log, because one reading may not return all of it.
        if (events.length === 0 && appends === before) await nextAppend(signal);
      }
    },
  };
}

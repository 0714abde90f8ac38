/** An event of the log. */
export interface LoggedEvent<Id = number> {
  /** Unique in the stream, and greater than those before: a client names it to say where it stopped. */
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
 * The beginning of every stream. The comment makes proxies pass the headers on. The ID tells a client where it stands:
 * without it, one that is cut off before its first event could not say after what to resume.
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
  /** Tells all that there is something new in the log. */
  wake(): void;
  /**
   * Yields every event after an ID, those that are still to come too, until the signal aborts.
   *
   * @param read The first events after an ID, in order; none if there are none. It may ask a database.
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
        // Trap: who reads first and listens then loses what is appended between the two. So this looks before it reads
        // whether something is appended meanwhile, and reads again then. Only what was read is sent, from where the last
        // reading ended: so nothing comes twice either.
        const before = appends;
        const events = await read(cursor);
        for (const event of events) {
          if (signal.aborted) return;
          yield event;
          cursor = event.id;
        }
        // Only at the end of the log: one reading may not bring all of it.
        if (events.length === 0 && appends === before) await nextAppend(signal);
      }
    },
  };
}

/** The streams that are open. */
export interface Streams {
  /**
   * Counts a new stream of a user.
   *
   * @param end Ends the stream: because the user has too many, of which this is the oldest, or because the server stops.
   * @returns A function that removes the stream from the count. Call it however the stream ends, because a forgotten
   * one pushes others out.
   */
  enter(user: string, end: (why: 'kicked' | 'stopping') => void): () => void;
  /** Ends all, and every stream that comes later. */
  endAll(): void;
  /** The server is to stop. */
  readonly areEnding: boolean;
}

/** @param limit How many streams a user may have; at least 2, for a client that opens the next before it drops one. */
export function createStreams(limit = Number(process.env['STREAMS_PER_USER'] ?? 6)): Streams {
  /** The end of each stream, the oldest first. */
  const open = new Map<string, Set<(why: 'kicked' | 'stopping') => void>>();
  let areEnding = false;

  return {
    get areEnding() {
      return areEnding;
    },
    enter(user, end) {
      const own = open.get(user) ?? new Set();
      open.set(user, own.add(end));
      const [oldest] = own;
      if (own.size > limit && oldest) {
        own.delete(oldest);
        oldest('kicked');
      }
      // Later, when the caller has the returned function.
      if (areEnding) queueMicrotask(() => end('stopping'));
      return () => {
        own.delete(end);
        if (own.size === 0 && open.get(user) === own) open.delete(user);
      };
    },
    endAll() {
      areEnding = true;
      for (const own of open.values()) for (const end of [...own]) end('stopping');
    },
  };
}

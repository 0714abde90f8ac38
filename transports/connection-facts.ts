import { memoryOf } from './stream/connection-memory.ts';

/** Facts about the requests of a connection that its statechart does not need, and so does not hold. */
export interface ConnectionFacts {
  /** The URL of the last request: origin and path, without the query. Undefined where the transport does not tell. */
  readonly resource: string | undefined;
  /** The method of the last request; undefined unless it was sent with `fetch`. */
  readonly method: string | undefined;
  /** The status of the last answer; undefined where nobody can see it. */
  readonly status: number | undefined;
  /** How many messages were dropped so far because they were delivered before. */
  readonly replaysDropped: number;
  /** How many bytes of streams were read so far over `fetch`, after any content encoding. */
  readonly bytesRead: number;
}

/** The facts about a connection, which is given by its actor. */
export function factsOf(connection: object): ConnectionFacts {
  const { resource, method, status, replays, bytesRead } = memoryOf(connection);
  return { resource, method, status, replaysDropped: replays.dropped, bytesRead };
}

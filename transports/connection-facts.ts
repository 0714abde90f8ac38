import { memoryOf } from './stream/connection-memory.ts';

/** The facts about the requests of a connection that its statechart does not have, because they are none of its affair. */
export interface ConnectionFacts {
  /** Where the last request went: origin and path, without the query. A transport may not tell. */
  readonly resource: string | undefined;
  /** The method of the last request; undefined where it was not sent with `fetch`. */
  readonly method: string | undefined;
  /** The status of the last answer; undefined where nobody can see it. */
  readonly status: number | undefined;
  /** How many messages were dropped so far because they were delivered before. */
  readonly replaysDropped: number;
  /** How many bytes of streams were read so far over `fetch`, after any content encoding. */
  readonly bytesRead: number;
}

/** The facts about a connection, by the actor that runs its statechart. */
export function factsOf(connection: object): ConnectionFacts {
  const { resource, method, status, replays, bytesRead } = memoryOf(connection);
  return { resource, method, status, replaysDropped: replays.dropped, bytesRead };
}

import type { Message, MessageBatch } from '../machines/message.ts';

/** What a transport is asked for, at every attempt. */
export interface TransportRequest {
  /** The ID to resume after; empty when there is none. */
  readonly lastEventId: string;
}

/** A message as a transport reads it, before `parse`. */
export type TextMessage = Message<string>;

/**
 * Carries one stream.
 *
 * Resolves when the stream is accepted and rejects with a {@link ConnectionError} when it is refused. The
 * iterable ends when the server ends the stream, throws when it breaks, and yields one batch for each chunk
 * read; an empty batch is a sign of life. Everything is gone when `signal` aborts.
 *
 * @example A transport in a few lines: every line of a file.
 * ```ts
 * const transport: Transport = async ({ lastEventId }, signal) => readLines('events.log', { after: lastEventId, signal });
 * ```
 */
export interface Transport {
  (request: TransportRequest, signal: AbortSignal): Promise<AsyncIterable<MessageBatch>>;
  /** Sending the request again may repeat its effect, as with a POST. */
  readonly unsafe?: boolean;
}

/** A value, or a function that makes it, asynchronously if need be, for every attempt anew. */
export type Supplied<Value> = Value | (() => Value | Promise<Value>);

/** The events of a server, by name, with the type of their data. */
export type EventMap = Record<string, unknown>;

import type { AnyActorRef } from 'xstate';
import type { Message, MessageBatch } from '../machines/message.ts';

/** The request to a transport, at every attempt. */
export interface TransportRequest {
  /** The ID to resume after; empty when there is none. */
  readonly lastEventId: string;
  /**
   * The ID to resume after at a URL that may be another than before. The last event ID belongs to the resource: where
   * origin or path have changed, it is given up, and this is empty from then on.
   */
  readonly lastEventIdFor?: (url: string | URL) => string;
  /** The connection that asks, whose state tells how long it wants the stream. */
  readonly connection?: AnyActorRef;
}

/** The ID that a request to a URL resumes after. */
export function lastEventIdAt(url: string | URL, { lastEventId, lastEventIdFor }: TransportRequest): string {
  return lastEventIdFor ? lastEventIdFor(url) : lastEventId;
}

/** A stream that was accepted. */
export interface EventStream extends AsyncIterable<MessageBatch> {
  /** The ID after which the server resumes, if it says so and it is not the one that was asked for. */
  readonly resumedAfter?: string | undefined;
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
 * createConnection('events.log', { transport: () => transport, parse: 'text' }); // or a line such as 42 is a number
 * ```
 */
export interface Transport {
  (request: TransportRequest, signal: AbortSignal): Promise<EventStream>;
  /** Sending the request again may repeat its effect, as with a POST. */
  readonly unsafe?: boolean;
  /** A request that has an ID to resume after is a safe one, although the first was unsafe. */
  readonly resumable?: boolean;
  /** Whether the next request carries the credentials of this connection. Left out, it does. */
  readonly usesCredentials?: () => boolean;
  /** The names of the events that it hears; left out, it hears them all. */
  readonly hears?: readonly string[] | undefined;
}

/** A value, or a function that makes it, asynchronously if need be, for every attempt anew. */
export type Supplied<Value> = Value | (() => Value | Promise<Value>);

/** Which messages are meant: those of an event, of several, or those that pass a test. */
export type MessageMatcher = string | readonly string[] | ((message: Message) => boolean);

/** The events of a server, by name, with the type of their data. */
export type EventMap = Record<string, unknown>;

/** Whether a request may be sent again without repeating an effect. */
export function isSafe(method: string): boolean {
  return /^(GET|HEAD)$/i.test(method);
}

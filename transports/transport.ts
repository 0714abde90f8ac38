import type { AnyActorRef } from 'xstate';
import type { Message, MessageBatch } from '../machines/message.ts';

/** The request to a transport, at every attempt. */
export interface TransportRequest {
  /** The ID to resume after; empty when there is none. */
  readonly lastEventId: string;
  /**
   * The ID to resume after at this URL, which may differ from the last one. The last event ID belongs to the
   * resource: when origin or path have changed, it is forgotten, and the ID is empty from then on.
   */
  readonly lastEventIdFor?: (url: string | URL) => string;
  /** The actor of the connection that asks; its state tells how long it wants the stream. */
  readonly connection?: AnyActorRef;
}

/** The ID that a request to this URL resumes after. */
export function lastEventIdAt(url: string | URL, { lastEventId, lastEventIdFor }: TransportRequest): string {
  return lastEventIdFor ? lastEventIdFor(url) : lastEventId;
}

/** A stream that was accepted. */
export interface EventStream extends AsyncIterable<MessageBatch> {
  /** The ID after which the server says that it resumes. Left out, it is the one that was asked for. */
  readonly resumedAfter?: string | undefined;
}

/** A message as a transport reads it, before `parse`. */
export type TextMessage = Message<string>;

/**
 * Sends one request and reads its stream.
 *
 * Resolves when the stream is accepted, and rejects with a {@link ConnectionError} when it is refused. The iterable
 * ends when the server ends the stream, throws when the stream breaks, and yields one batch for each chunk; an empty
 * batch is a sign of life. When `signal` aborts, the transport has to release everything.
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
  /** A request with an ID to resume after is safe, although the first one was unsafe. */
  readonly resumable?: boolean;
  /** Whether the next request uses the credentials of this connection. Left out, it does. */
  readonly usesCredentials?: () => boolean;
  /** The names of the events that it delivers. Left out, it delivers all. */
  readonly hears?: readonly string[] | undefined;
}

/** A value, or a function that returns it, possibly as a promise. The function is called for every attempt. */
export type Supplied<Value> = Value | (() => Value | Promise<Value>);

/** Selects messages: the name of an event, several names, or a test. */
export type MessageMatcher = string | readonly string[] | ((message: Message) => boolean);

/** The events of a server: the type of the data by event name. */
export type EventMap = Record<string, unknown>;

/** Whether a request may be sent again without repeating an effect. */
export function isSafe(method: string): boolean {
  return /^(GET|HEAD)$/i.test(method);
}

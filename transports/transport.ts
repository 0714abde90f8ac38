import type { Message, MessageBatch } from '../machines/message.ts';

/** What a transport is asked for, at every attempt. */
export interface TransportRequest {
  /**
   * The ID to resume after; empty when there is none. While the request is on its way it may move on, if the
   * stream that it will replace goes on meanwhile.
   */
  readonly lastEventId: string;
  /**
   * Whether a message was delivered already by a stream before this one, as when a server replays more than it
   * was asked for. To be asked of the messages that bring an ID of their own, in their order.
   */
  readonly isReplay?: (message: TextMessage) => boolean;
  /** Whether there may still be replays: as long as there may, an ID that brings no news is none to resume after. */
  readonly isReplaying?: boolean;
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
 * ```
 */
export interface Transport {
  (request: TransportRequest, signal: AbortSignal): Promise<EventStream>;
  /** Sending the request again may repeat its effect, as with a POST. */
  readonly unsafe?: boolean;
}

/** A value, or a function that makes it, asynchronously if need be, for every attempt anew. */
export type Supplied<Value> = Value | (() => Value | Promise<Value>);

/** The events of a server, by name, with the type of their data. */
export type EventMap = Record<string, unknown>;

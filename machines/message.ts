/** One event of the stream, as it is handed to the app. */
export interface Message<Data = unknown, Name extends string = string> {
  /** The event name; `'message'` when the stream gives none. */
  readonly event: Name;
  /** The payload, after `parse`. */
  readonly data: Data;
  /**
   * The last event ID in force when the event was dispatched; empty when the stream never gave one.
   *
   * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#concept-event-stream-last-event-id
   */
  readonly id: string;
  /** When it was read, on the wall clock in milliseconds; only with the option `receivedAt`. */
  readonly receivedAt?: number;
}

/** The batch that a transport read in one go. The statechart handles it as one event, whatever its length. */
export interface MessageBatch {
  /** In the order of the stream. May be empty: a batch is a sign of life in any case. */
  readonly messages: readonly Message[];
  /**
   * Which of the messages brought an ID of their own: all, none, or a flag for each.
   *
   * @default those whose ID is another than that of the message before
   */
  readonly ownIds?: boolean | readonly boolean[] | undefined;
  /** The last event ID after these messages. */
  readonly lastEventId: string;
  /** The reconnection time that the stream set in this batch (its `retry:` field), in milliseconds. */
  readonly retry?: number | undefined;
  /** Events may have been lost before these messages: the reason, and the ID after which the stream goes on. */
  readonly gap?: { readonly reason: 'server' | 'no-ids'; readonly resumedAfter: string } | undefined;
  /** The batch holds something that only shows that the server is there, such as a comment. */
  readonly keepAlive?: boolean | undefined;
  /** The event names of the messages that were left out because nobody asked for them, one for each. */
  readonly unasked?: readonly string[] | undefined;
}

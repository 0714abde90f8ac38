/** One block of an event stream. Without `data` it is no message: it sets an ID or the reconnection time, or comments. */
export interface ScriptedBlock {
  /** The payload. What is no string is sent as JSON. */
  readonly data?: unknown;
  /** The event name. @default none, which makes it a `message` */
  readonly event?: string | undefined;
  /** The event ID; null for none, and then it is not replayed. @default its number in the log: '1', '2', … */
  readonly id?: string | null | undefined;
  /** The reconnection time that the server asks for, in milliseconds. */
  readonly retry?: number | undefined;
  /** A comment: clients are not told of it, but know it as a sign of life. */
  readonly comment?: string | undefined;
}

/** A block of the stream to send, or the data of one. */
export type ScriptedMessage = string | ScriptedBlock;

/** One request, as the peer saw it. */
export interface ScriptedRequest {
  /** When it came, on the wall clock in milliseconds. */
  readonly at: number;
  /** The ID to resume after; empty when there is none. */
  readonly lastEventId: string;
  /** The method, in capitals. */
  readonly method: string;
  /**
   * The URL: as `fetch` would be given it, to a scripted transport; from the path on, as it came to a scripted server; in
   * full, to a scripted resolver.
   */
  readonly url: string;
  /** The headers, by their names in lower case: those of the app, and what the transport adds. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, where it is text; else empty. */
  readonly body: string;
}

/** How {@link ScriptedPeer.accept} answers. */
export interface Acceptance {
  /**
   * The ID after which the server says that it resumes, and does. A client that asked for another one has a gap.
   * '' replays all of the log and says nothing.
   *
   * @default what the client asks for
   */
  readonly lastEventId?: string | undefined;
}

/** The details that come with the status of {@link ScriptedPeer.refuse}. */
export interface Refusal {
  /** How long the server asks to wait, in milliseconds; sent as whole seconds. */
  readonly retryAfter?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** @default '' */
  readonly body?: string | undefined;
}

/** The options of any scripted peer. */
export interface ScriptedPeerOptions {
  /** Where the times of the requests come from. @default the system's clock */
  readonly clock?: { readonly now: () => number } | undefined;
  /**
   * How long a verb waits for a request, in milliseconds of real time. Test runners give up after 5 seconds, and say less.
   *
   * @default 3_000
   */
  readonly patience?: number | undefined;
}

/**
 * The other side of a connection, played by a test: answers requests one by one, and sends. What it sends is kept in
 * a log, from which a client that comes back with a Last-Event-ID gets what it has missed.
 *
 * A verb that needs a request takes the oldest one that has no answer, or waits for the next one. It rejects with an
 * `Error` when none comes in time, and with a `TypeError` when it was asked for what cannot be.
 */
export interface ScriptedPeer {
  /** Accepts a request and replays what the log has after its Last-Event-ID; without one, nothing. */
  accept(details?: Acceptance): Promise<void>;
  /**
   * Answers a request without a stream: 204 ends the connection, 200 comes with an HTML page. Not for what `fetch`
   * deals with by itself: redirects, 407 and 421.
   */
  refuse(status: number, details?: Refusal): Promise<void>;
  /** Takes a request and leaves it without an answer until its client goes away, or until {@link drop}. */
  stall(): Promise<void>;
  /** Appends to the log, and sends in one chunk to every open stream, if there are any. */
  send(...messages: readonly [ScriptedMessage, ...ScriptedMessage[]]): Promise<void>;
  /**
   * Ends every open stream, as a server does that has finished.
   *
   * @throws Error when none is open.
   */
  end(): Promise<void>;
  /** Cuts every open stream, as a server does that is killed; where none is open, a request that has no answer. */
  drop(): Promise<void>;
  /** Every request so far. */
  readonly requests: readonly ScriptedRequest[];
  /** How many streams are open. */
  readonly openStreams: number;
  /** How many clients wait for an answer, those included that {@link stall} left to wait. */
  readonly waiting: number;
}

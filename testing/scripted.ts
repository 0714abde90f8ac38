/**
 * One block of an event stream. Without `data` it is no message: it sets an ID or the reconnection time, or is a
 * comment.
 */
export interface ScriptedBlock {
  /** The payload. A value that is no string is sent as JSON. */
  readonly data?: unknown;
  /** The event name. @default none, which makes it a `message` */
  readonly event?: string | undefined;
  /** The event ID; null for none, and then it is not replayed. @default its number in the log: '1', '2', … */
  readonly id?: string | null | undefined;
  /** The reconnection time that the server asks for, in milliseconds. */
  readonly retry?: number | undefined;
  /** A comment: clients do not deliver it, but it is a sign of life. */
  readonly comment?: string | undefined;
}

/** A block of the stream to send, or the data of one. */
export type ScriptedMessage = string | ScriptedBlock;

/** One request, as the peer saw it. */
export interface ScriptedRequest {
  /** When the request came, on the wall clock in milliseconds. */
  readonly at: number;
  /** The ID to resume after; empty when there is none. */
  readonly lastEventId: string;
  /** The method, in capitals. */
  readonly method: string;
  /**
   * The URL. At a scripted transport: as `fetch` would get it. At a scripted server: from the path on. At a scripted
   * resolver: in full.
   */
  readonly url: string;
  /** The headers, by name in lower case: those of the app, and those that the transport adds. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, if it is text; else empty. */
  readonly body: string;
}

/** How {@link ScriptedPeer.accept} answers. */
export interface Acceptance {
  /**
   * The ID after which the server says that it resumes, and does. A client that asked for another one gets a gap.
   * `''` replays the whole log and says nothing.
   *
   * @default the ID that the client asks for
   */
  readonly lastEventId?: string | undefined;
}

/** The details of {@link ScriptedPeer.refuse}, in addition to the status. */
export interface Refusal {
  /** The wait that the server asks for (`Retry-After`), in milliseconds; sent as whole seconds, rounded up. */
  readonly retryAfter?: number | undefined;
  /** Further headers of the answer, by name. @default {} */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** @default '' */
  readonly body?: string | undefined;
}

/** The options of any scripted peer. */
export interface ScriptedPeerOptions {
  /** The source of the times of requests. @default the system's clock */
  readonly clock?: { readonly now: () => number } | undefined;
  /**
   * How long a verb waits for a request, in milliseconds of real time. Test runners give up after 5 seconds, with a
   * less useful message.
   *
   * @default 3_000
   */
  readonly patience?: number | undefined;
}

/**
 * The other side of a connection, played by a test: it answers requests one by one, and sends messages. Messages are
 * kept in a log. A client that comes back with a Last-Event-ID gets those that it has missed.
 *
 * A verb that needs a request takes the oldest one without an answer, or waits for the next one. It rejects with an
 * `Error` when none comes in time, and with a `TypeError` when an argument is invalid.
 */
export interface ScriptedPeer {
  /** Accepts a request and replays the messages of the log after its Last-Event-ID; without one, nothing. */
  accept(details?: Acceptance): Promise<void>;
  /**
   * Answers a request without a stream: 204 ends the connection, 200 comes with an HTML page. Redirects, 407 and 421
   * are refused, because `fetch` handles them by itself.
   */
  refuse(status: number, details?: Refusal): Promise<void>;
  /** Takes a request and does not answer it, until its client goes away, or until {@link drop}. */
  stall(): Promise<void>;
  /** Appends messages to the log, and sends them in one chunk to every open stream. */
  send(...messages: readonly [ScriptedMessage, ...ScriptedMessage[]]): Promise<void>;
  /**
   * Ends every open stream, as a server that has finished does.
   *
   * @throws Error when none is open.
   */
  end(): Promise<void>;
  /** Cuts every open stream, as a server that is killed does. Where none is open, cuts a request without an answer. */
  drop(): Promise<void>;
  /** Every request so far. */
  readonly requests: readonly ScriptedRequest[];
  /** How many streams are open. */
  readonly openStreams: number;
  /** How many clients wait for an answer, including those that {@link stall} took. */
  readonly waiting: number;
}

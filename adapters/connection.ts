/// <reference lib="esnext.disposable" preserve="true" />

import type { ActorRefFrom } from 'xstate';
import type { CloseReason, ConnectionStatus, connectionMachine } from '../machines/connection.ts';
import type { ConnectionError } from '../machines/connection-error.ts';
import type { Message } from '../machines/message.ts';
import type { EventMap } from '../transports/transport.ts';

interface AnyState {
  readonly status: ConnectionStatus;
  /** The retries charged so far; 0 again when the stream brings news, or has been open for `stableAfter`. */
  readonly retries: number;
  /** When the next attempt is due, on the wall clock in milliseconds; null outside `backoff`. */
  readonly retryAt: number | null;
  /** Why the last attempt failed, or why the connection gave up; null once it is open again. */
  readonly error: ConnectionError | null;
  /** The ID that the next attempt resumes after; empty when there is none. */
  readonly lastEventId: string;
  /** When the stream was accepted, on the wall clock in milliseconds; null while it is not open. */
  readonly openedAt: number | null;
  /** Why the connection is closed; null when it is not closed, or was never opened. */
  readonly closeReason: CloseReason | null;
}

/** A request is on its way, and there is no stream. */
export interface ConnectingState extends AnyState {
  readonly status: 'connecting';
  readonly retryAt: null;
  readonly openedAt: null;
  readonly closeReason: null;
}

/** A stream is open. */
export interface OpenState extends AnyState {
  readonly status: 'open';
  readonly retryAt: null;
  readonly error: null;
  readonly openedAt: number;
  readonly closeReason: null;
}

/** The connection waits to try again. */
export interface BackoffState extends AnyState {
  readonly status: 'backoff';
  readonly retryAt: number;
  readonly openedAt: null;
  readonly closeReason: null;
}

/** The connection has given up: `error` says why. */
export interface FailedState extends AnyState {
  readonly status: 'failed';
  readonly retryAt: null;
  readonly error: ConnectionError;
  readonly openedAt: null;
  readonly closeReason: null;
}

/** The connection is closed: `closeReason` says why; null when it was never opened. */
export interface ClosedState extends AnyState {
  readonly status: 'closed';
  readonly retryAt: null;
  readonly openedAt: null;
}

/**
 * The state of a connection, and the reason for it. It is a new object only when something in it has changed.
 * `status` narrows the type: with `failed`, `error` is never null.
 */
export type ConnectionState = ConnectingState | OpenState | BackoffState | FailedState | ClosedState;

/** Whether the connection is inactive, and does not resume by itself. */
export function isAtRest({ status, closeReason }: ConnectionState): boolean {
  return status === 'failed' || (status === 'closed' && closeReason !== 'paused');
}

/** A message of any of the events of a connection. */
export type AnyMessage<Events extends object = EventMap> = {
  [Name in keyof Events & string]: Message<Events[Name], Name>;
}[keyof Events & string];

/** The options of `reconnect`. */
export interface ReconnectOptions {
  /** The ID to resume after from now on; `''` forgets it. The open stream is dropped then. */
  readonly lastEventId?: string | undefined;
}

/** The same type without `readonly`, for the code that makes the object. */
export type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** A Server-Sent Events connection. `Events` maps the names of its events to the types of their data. */
export interface Connection<Events extends object = EventMap> extends AsyncDisposable {
  /** The present state of the connection. */
  readonly state: ConnectionState;
  /**
   * Calls a listener for every message of an event, or of all events with `'*'`. One that throws is reported.
   *
   * @returns A function that removes the listener.
   * @throws TypeError when the connection does not hear the event: name it in `events`.
   */
  on(event: '*', listener: (message: AnyMessage<Events>) => void): () => void;
  on<Name extends keyof Events & string>(
    event: Name,
    listener: (message: Message<Events[Name], Name>) => void,
  ): () => void;
  /**
   * Calls a listener with the state: at once, and again after every change. This fits a store of Svelte. A listener
   * that throws is reported, also at the first call.
   *
   * @returns A function that removes the listener.
   */
  subscribe(listener: (state: ConnectionState) => void): () => void;
  /** Connects, if the connection is closed or has failed. */
  open(): void;
  /** Drops the stream, the timer and the socket. Nothing is sent again until the app asks for it. */
  close(): void;
  /**
   * Connects anew in any state, with a whole retry budget. An open stream that has event IDs goes on until the next
   * one is open.
   *
   * @throws TypeError when `lastEventId` is not a string that a header can carry.
   */
  reconnect(): void;
  reconnect(options: ReconnectOptions): void;
  /**
   * Closes the connection until {@link resume}, as when the component that uses it goes away and may come back. A
   * request that must not be repeated is closed for good.
   *
   * @returns Whether there is something to resume.
   */
  suspend(): boolean;
  /** Opens again what {@link suspend} has closed. A connection that was closed or had failed before stays as it was. */
  resume(): void;
  /**
   * Iterates over the messages that arrive from now on. Ends when the connection is closed; throws the
   * {@link ConnectionError} when it fails, or when the consumer falls `bufferSize` messages behind and
   * `overflow` is `'fail'`.
   */
  [Symbol.asyncIterator](): AsyncGenerator<AnyMessage<Events>, void>;
  /** The XState actor that runs {@link connectionMachine}. */
  readonly actor: ActorRefFrom<typeof connectionMachine>;
}

import { type ActorRefFrom, createActor, type SnapshotFrom } from 'xstate';
import { systemClock } from '../machines/clock.ts';
import {
  type CloseReason,
  type ConnectionStatus,
  connectionMachine,
  selectStatus,
} from '../machines/connection.ts';
import { ConnectionError, type Failure } from '../machines/connection-error.ts';
import { fromEnvironment } from '../machines/environment.ts';
import type { Message } from '../machines/message.ts';
import { fetchTransport } from '../transports/fetch.ts';
import { fromTransport } from '../transports/from-transport.ts';
import { defaultReporter, report } from '../transports/report.ts';
import type { EventMap, Supplied } from '../transports/transport.ts';
import { iterate } from './iterate.ts';
import { type ConnectionOptions, checkOptions, settingsOf } from './options.ts';

/** What a connection is doing and why. A new object only when something in it changed. */
export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** The retries charged since the connection was last open for `stableAfter`. */
  readonly retries: number;
  /** When the next attempt is due, on the wall clock in milliseconds; null when none is waited for. */
  readonly retryAt: number | null;
  /** Why the last attempt failed, or why the connection gave up; null once it is open again. */
  readonly error: ConnectionError | null;
  /** The ID that the next attempt resumes after; empty when there is none. */
  readonly lastEventId: string;
  /** When the stream was accepted, on the wall clock in milliseconds; null while it is not open. */
  readonly openedAt: number | null;
  /** Why the connection is closed; null when it is not, or was never opened. */
  readonly closeReason: CloseReason | null;
}

/** A message of any of the events of a connection. */
export type AnyMessage<Events extends EventMap = EventMap> = {
  [Name in keyof Events & string]: Message<Events[Name], Name>;
}[keyof Events & string];

/** A Server-Sent Events connection. `Events` maps the names of its events to the types of their data. */
export interface Connection<Events extends EventMap = EventMap> extends AsyncDisposable {
  /** What the connection is doing now. */
  readonly state: ConnectionState;
  /**
   * Calls a listener for every message of an event, or of all events with `'*'`.
   *
   * @returns A function that removes the listener.
   * @throws TypeError when `events` was given and does not have the name.
   */
  on(event: '*', listener: (message: AnyMessage<Events>) => void): () => void;
  on<Name extends keyof Events & string>(
    event: Name,
    listener: (message: Message<Events[Name], Name>) => void,
  ): () => void;
  /**
   * Calls a listener whenever the state has changed.
   *
   * @returns A function that removes the listener.
   */
  subscribe(listener: (state: ConnectionState) => void): () => void;
  /** Connects, if the connection is closed or has failed. */
  open(): void;
  /** Drops the stream, the timer and the socket. Nothing is sent again until the app asks for it. */
  close(): void;
  /** Connects anew from whatever state, with a whole retry budget. */
  reconnect(): void;
  /**
   * Iterates over the messages that arrive from now on. Ends when the connection is closed; throws the
   * {@link ConnectionError} when it fails, or when the consumer falls `bufferSize` messages behind.
   */
  [Symbol.asyncIterator](): AsyncGenerator<AnyMessage<Events>, void>;
  /** The XState actor that runs {@link connectionMachine}. */
  readonly actor: ActorRefFrom<typeof connectionMachine>;
}

/**
 * Opens a Server-Sent Events connection that survives restarts of the server.
 *
 * @example
 * ```ts
 * const connection = createConnection<{ notification: Notification }>('/api/events');
 * connection.on('notification', ({ data }) => show(data));
 * connection.subscribe(({ status }) => badge(status));
 * ```
 * @throws TypeError when an option is not what it may be.
 */
export function createConnection<const Name extends string>(
  url: Supplied<string | URL>,
  options: ConnectionOptions<Record<Name, unknown>> & { readonly events: readonly Name[] },
): Connection<Record<Name, unknown>>;
export function createConnection<Events extends EventMap = EventMap>(
  url: Supplied<string | URL>,
  options?: ConnectionOptions<Events>,
): Connection<Events>;
export function createConnection(url: Supplied<string | URL>, options: ConnectionOptions = {}): Connection {
  checkOptions(options);
  const { transport = fetchTransport, clock = systemClock, reportError = defaultReporter } = options;
  const { events, bufferSize = 10_000 } = options;

  const machine = connectionMachine.provide({
    actors: {
      transport: fromTransport(transport({ ...options, url: url ?? '' }), options),
      environment: fromEnvironment(clock.now),
    },
  });
  const actor = createActor(machine, { input: settingsOf(options), clock });
  const { error } = actor.getSnapshot(); // a setting that the statechart refuses
  if (error) throw error;
  const listeners = new Map<string, Set<(message: Message) => void>>();
  const subscribers = new Set<(state: ConnectionState) => void>();
  let state = stateOf(actor.getSnapshot());
  /** The message that is being delivered: the rest of its batch is not, once a listener closes the connection. */
  let delivering: Message | undefined;

  function call<Value>(all: Iterable<(value: Value) => void> | undefined, value: Value): void {
    for (const listener of all ?? []) {
      try {
        listener(value);
      } catch (error) {
        report(reportError, error);
      }
    }
  }

  actor.on('messages', ({ messages }) => {
    for (const message of messages) {
      delivering = message;
      call(listeners.get(message.event), message);
      call(listeners.get('*'), message);
      if (!delivering) return;
    }
    delivering = undefined;
  });

  actor.subscribe((snapshot) => {
    const next = stateOf(snapshot, state);
    if (next === state) return;
    state = next;
    call(subscribers, next);
  });

  const connection: Connection = {
    actor,
    get state() {
      return state;
    },
    on(event: string, listener: (message: never) => void) {
      if (events && event !== '*' && !events.includes(event)) {
        throw new TypeError(
          `'${event}' is not among the \`events\` of this connection: ${events.join(', ')}.`,
        );
      }
      const known = listeners.get(event) ?? new Set();
      listeners.set(event, known.add(listener as (message: Message) => void));
      return () => void known.delete(listener as (message: Message) => void);
    },
    subscribe(listener) {
      subscribers.add(listener);
      return () => void subscribers.delete(listener);
    },
    open: () => actor.send({ type: 'open' }),
    close() {
      // Only what was delivered counts as received.
      actor.send(delivering ? { type: 'close', lastEventId: delivering.id } : { type: 'close' });
      delivering = undefined;
    },
    reconnect: () => actor.send({ type: 'reconnect' }),
    [Symbol.asyncIterator]: () => iterate(connection, bufferSize),
    async [Symbol.asyncDispose]() {
      connection.close();
      actor.stop();
    },
  };
  actor.start();
  return connection;
}

function stateOf(
  snapshot: SnapshotFrom<typeof connectionMachine>,
  before?: ConnectionState,
): ConnectionState {
  const { retries, retryAt, lastEventId, openedAt, closeReason, error } = snapshot.context;
  const state: ConnectionState = {
    status: selectStatus(snapshot),
    retries,
    retryAt,
    error: error && errorOf(error),
    lastEventId,
    openedAt,
    closeReason,
  };
  const names = Object.keys(state) as (keyof ConnectionState)[];
  return before && names.every((name) => state[name] === before[name]) ? before : state;
}

const errors = new WeakMap<Failure, ConnectionError>();

/** The error to throw for a failure that the statechart holds as plain data: always the same one. */
function errorOf(failure: Failure): ConnectionError {
  const error = errors.get(failure) ?? new ConnectionError(failure.kind, failure.message, failure);
  errors.set(failure, error);
  return error;
}

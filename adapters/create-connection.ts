import { createActor, type SnapshotFrom } from 'xstate';
import { checkedClock } from '../machines/clock.ts';
import { type ConnectionCommand, type connectionMachine, selectStatus } from '../machines/connection.ts';
import { watchEnvironment } from '../machines/environment.ts';
import type { Message } from '../machines/message.ts';
import { announceActor } from '../machines/onlooker.ts';
import { isFunction } from '../machines/option-table.ts';
import { countUnasked, heardEvents, isExpected, namedBy } from '../transports/asked-for.ts';
import { runTransport } from '../transports/from-transport.ts';
import { holdBack } from '../transports/hold-back.ts';
import { report } from '../transports/report.ts';
import type { EventSchemas } from '../transports/schemas.ts';
import type { EventMap, Supplied } from '../transports/transport.ts';
import { closeOnAbort } from './close-on-abort.ts';
import type { Connection, ConnectionState, ReconnectOptions, Writable } from './connection.ts';
import { countStreams } from './count-streams.ts';
import { asyncDispose } from './dispose.ts';
import { iterate } from './iterate.ts';
import { createLifecycle, errorOf } from './lifecycle.ts';
import { callGuarded, Listeners } from './listeners.ts';
import { createMessageListeners } from './message-listeners.ts';
import {
  type ConnectionOptions,
  checkLastEventId,
  checkName,
  completeOptions,
  settingsOf,
} from './options.ts';
import { createPersistedId } from './persistence.ts';
import { type ConnectionUrl, shareConnection } from './shared-connections.ts';
import { partsOf, sharedMachine } from './shared-machine.ts';
import { topicless } from './sharing-rules.ts';

/**
 * Opens a Server-Sent Events connection that survives restarts of the server.
 *
 * @example
 * ```ts
 * const connection = createConnection<{ notification: Notification }>('/api/events');
 * connection.on('notification', ({ data }) => show(data));
 * connection.subscribe(({ status }) => badge(status));
 * ```
 * @throws TypeError when an option is invalid.
 */
export function createConnection<Events extends object>(
  url: ConnectionUrl,
  options: ConnectionOptions<Events> & { readonly events: EventSchemas<Events> },
): Connection<Events>;
export function createConnection<const Name extends string>(
  url: ConnectionUrl,
  options: ConnectionOptions<Record<Name, unknown>> & { readonly events: readonly Name[] },
): Connection<Record<Name | 'message', unknown>>;
export function createConnection<Events extends object = EventMap>(
  url: ConnectionUrl,
  options?: ConnectionOptions<Events>,
): Connection<Events>;
export function createConnection(url: ConnectionUrl, options: ConnectionOptions = {}): Connection {
  return connect(url, options, url);
}

/**
 * Makes a connection, or one user of a shared one.
 *
 * @param shownUrl See {@link makeConnection}, as for `isRendered`.
 */
export function connect(
  url: ConnectionUrl,
  options: ConnectionOptions,
  shownUrl: unknown,
  isRendered = false,
): Connection {
  if (options.share) return shareConnection(makeConnection, url, options, shownUrl, isRendered);
  if (options.topics) throw new TypeError(topicless);
  return makeConnection(url as Supplied<string | URL>, options, shownUrl, isRendered);
}

/**
 * @param shownUrl The URL to show in inspectors, where `url` is a function.
 * @param isRendered Made by a render, which may be discarded before the connection is opened.
 */
function makeConnection(
  url: Supplied<string | URL>,
  options: ConnectionOptions,
  shownUrl: unknown,
  isRendered = false,
): Connection {
  const settings = completeOptions(options);
  const { share, transport, reportError, bufferSize, overflow, persist, maxFieldSize, lastEventId, signal } =
    settings;
  const clock = checkedClock(settings.clock, (fault) => report(reportError, fault));
  const cursor = persist && createPersistedId(persist, maxFieldSize, reportError);

  const actor = createActor(sharedMachine(), {
    input: {
      ...settingsOf(signal?.aborted ? { ...options, immediate: false } : options),
      lastEventId: cursor?.read() ?? lastEventId,
    },
    clock: settings.clock,
  });
  const carrier = transport({ ...options, url: url ?? '' });
  if (share && carrier.unsafe) throw new TypeError('An unsafe request cannot be shared.');
  const run = runTransport(carrier, { ...settings, clock });
  partsOf.set(actor.system, {
    transport(given, isRevived) {
      if (!signal?.aborted) return run(given, isRevived);
      connection.close(); // whatever has opened it
      return undefined;
    },
    environment: watchEnvironment(clock),
  });
  announceActor(actor, shownUrl);
  const listeners = createMessageListeners(reportError);
  const subscribers = new Listeners<ConnectionState>();
  const lifecycle = createLifecycle(settings);
  const named = namedBy(options);
  const hears = carrier.hears ?? heardEvents(options);
  /** True when every message is heard: by a listener to all, or by a test of messages. */
  let hearsAll = isFunction(options.closeOn) || isFunction(options.keepAlive);

  actor.on('messages', ({ messages }) => {
    listeners.deliver(messages, (message) => {
      if (isUnheard(message)) countUnasked(actor, [message.event], true);
    });
  });

  function isUnheard({ event }: Message): boolean {
    return !hearsAll && listeners.areNamed && !isExpected(event, named);
  }

  lifecycle.heed(actor);
  actor.subscribe((snapshot) => {
    const { state } = connection;
    const next = stateOf(actor, snapshot, state);
    if (next !== state) {
      if (next.lastEventId !== state.lastEventId) cursor?.write(next.lastEventId);
      connection.state = next;
      heedSignal?.(next);
      if (next.status !== state.status) countStreams(connection, shownUrl, next.status);
      subscribers.call(next, reportError);
    }
    lifecycle.tell(next, actor);
  });

  function sendUnlessAborted(command: ConnectionCommand): void {
    if (signal?.aborted) connection.close();
    else actor.send(command);
  }

  const connection: Writable<Connection> = {
    actor,
    state: stateOf(actor, actor.getSnapshot()),
    on(event: string, listener: (message: never) => void) {
      if (event === '*') hearsAll = true;
      else checkName(event, hears);
      return listeners.add(event, listener);
    },
    subscribe(listener) {
      const forget = subscribers.add(listener);
      callGuarded(listener, connection.state, reportError);
      return forget;
    },
    open: () => sendUnlessAborted({ type: 'open' }),
    close() {
      // Only messages that were delivered count as received.
      actor.send({ type: 'close', lastEventId: listeners.stop() });
    },
    reconnect({ lastEventId }: ReconnectOptions = {}) {
      checkLastEventId(lastEventId);
      sendUnlessAborted({ type: 'reconnect', lastEventId });
    },
    suspend() {
      actor.send({ type: 'suspend', lastEventId: listeners.stop() });
      return actor.getSnapshot().matches({ closed: 'suspended' });
    },
    resume: () => sendUnlessAborted({ type: 'resume', at: clock.now() }),
    [Symbol.asyncIterator]: () =>
      iterate(connection, bufferSize, overflow === 'wait' ? () => holdBack(actor) : undefined),
    async [asyncDispose]() {
      connection.close();
      await null; // a listener may dispose while an event is handled
      actor.stop();
    },
  };
  const heedSignal = signal && closeOnAbort(signal, connection, isRendered);
  actor.start();
  heedSignal?.(connection.state);
  if (signal?.aborted) connection.close();
  return connection;
}

function stateOf(
  actor: object,
  snapshot: SnapshotFrom<typeof connectionMachine>,
  before?: ConnectionState,
): ConnectionState {
  const { retries, retryAt, lastEventId, openedAt, closeReason, error } = snapshot.context;
  const state = {
    status: selectStatus(snapshot),
    retries,
    retryAt,
    error: error && errorOf(error, actor),
    lastEventId,
    openedAt,
    closeReason,
  } as ConnectionState; // the statechart guarantees the combination; the model runs try every state
  const names = Object.keys(state) as (keyof ConnectionState)[];
  return before && names.every((name) => state[name] === before[name]) ? before : state;
}

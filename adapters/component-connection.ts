import { isFunction } from '../machines/option-table.ts';
import { resourceOf } from '../transports/resource.ts';
import type { EventMap } from '../transports/transport.ts';
import type { ConnectionState, ReconnectOptions } from './connection.ts';
import { connect } from './create-connection.ts';
import { contentOf } from './options.ts';
import { sharedUserOf } from './shared-connections.ts';
import { nameless } from './sharing-rules.ts';
import type { ConnectionCommands, ServerSentEventsOptions } from './view.ts';
import {
  type AnyStore,
  begin,
  createView,
  goOnFrom,
  idleStore,
  type ViewableConnection,
  type ViewStore,
} from './view-store.ts';

/**
 * For adapters of a framework: the connections of one component, one after the other, and when they begin, pause and
 * resume. The statechart decides whether there is something to resume.
 */
export interface ComponentConnection<Events extends object = EventMap, State = never> {
  /**
   * The connection for a URL: the one that is shown, or a new one. It is a new one when origin or path differ, or the
   * content of an option that is plain data (a number, a string, a boolean, a list or the policy). Nothing is sent
   * before {@link enter}, so that a render may be discarded.
   *
   * @throws TypeError when an option is invalid.
   */
  storeFor(
    url: ComponentUrl,
    options?: ServerSentEventsOptions<Events, State, unknown>,
  ): ViewStore<Events, State>;
  /**
   * The component is mounted and shows this connection at this URL: connects, or resumes what was running. If the URL
   * has changed, the next stream is opened before the old one is dropped. If the options have, the new connection
   * resumes after the last event of the old one, and keeps what it shows. A request that must not be repeated, and a
   * connection that the app has closed, stay closed.
   *
   * @param immediate Whether to open a connection that was never opened. @default true
   */
  enter(store: ViewStore<Events, State>, url: ComponentUrl, immediate?: boolean): void;
  /** The component is unmounted or hidden, or has no URL: closes the connection until {@link enter}. */
  leave(): void;
  /**
   * The commands of a connection. After {@link leave}, or once another connection is shown, they have no effect,
   * because nobody would close what they open.
   */
  commandsOf(store: ViewStore<Events, State>): ConnectionCommands;
}

/** A URL, or a function that makes it from the topics of all users of the shared connection. */
export type ComponentUrl = string | ((topics: readonly string[]) => string | URL);

/** The options that are read at every attempt or render, or matter only at the beginning. */
const readAnew = ['headers', 'body', 'resume', 'lastEventId', 'immediate', 'topics', 'initial'];

/** The options whose change makes a new connection, as text to compare. */
export function optionsAsText(options: object): string {
  return contentOf(options, readAnew);
}

/** The resource of a URL. For connections that are shared by their URL, the query is a part of it. */
export function placeOf(url: ComponentUrl, share: boolean | string | undefined): string {
  if (isFunction(url)) return '';
  return share === true ? String(url) : resourceOf(url);
}

/** The {@link optionsAsText} that a store was made with. */
const textOfStore = new WeakMap<object, string>();

/** Makes the {@link ComponentConnection} of one component. */
export function createComponentConnection<
  Events extends object = EventMap,
  State = never,
>(): ComponentConnection<Events, State>;
export function createComponentConnection(): ComponentConnection<EventMap, unknown> {
  let shown: AnyStore = idleStore;
  let address: ComponentUrl = '';
  /** The connections that the component has left, and whether each has something to resume. */
  const left = new WeakMap<AnyStore, boolean>();

  /** The connection that is shown, if it is to the same resource. */
  function predecessorAt(url: ComponentUrl): ViewableConnection | null {
    return placeOf(url, false) === placeOf(address, false) ? shown.connection : null;
  }

  function leave(): void {
    left.set(shown, shown.connection?.suspend() ?? false);
  }

  return {
    storeFor(url, given = {}) {
      const { onMessage, history, settle, reduce, initial, select: _, immediate = true, ...options } = given;
      const { share } = options;
      if (isFunction(url) && !share) throw new TypeError(nameless);
      const isSame = predecessorAt(url) && placeOf(url, share) === placeOf(address, share);
      if (isSame && optionsAsText(given) === textOfStore.get(shown)) return shown;
      const latest = (topics: readonly string[]) => {
        const now = shown === store ? address : url;
        return isFunction(now) ? now(topics) : now;
      };
      const connection = connect(latest, { ...options, immediate: false }, url, true);
      if (onMessage) connection.on('*', onMessage);
      const { reportError } = options;
      const view = { history, settle, reduce, initial, reportError };
      const store = createView(connection, { ...view, expected: immediate });
      textOfStore.set(store, optionsAsText(given));
      if (predecessorAt(url)) goOnFrom(shown, store);
      return store;
    },
    enter(store, url, immediate = true) {
      const { connection } = store;
      const isSame = store === shown;
      const hasMoved = isSame && url !== address;
      const predecessor = isSame ? null : predecessorAt(url);
      const mayBegin = immediate && !(predecessor && isBusyOrClosed(predecessor.state));
      if (predecessor) goOnFrom(shown, store); // more may have come since it was rendered
      if (!isSame) leave();
      const wasRunning = left.get(shown);
      left.delete(store);
      [shown, address] = [store, url];
      if (connection && predecessor) succeed(predecessor, connection, mayBegin || wasRunning === true);
      else if (connection && wasRunning !== undefined) begin(connection, immediate || wasRunning);
      const user = connection && sharedUserOf.get(connection);
      if (user) user.update(url);
      else if (hasMoved) connection?.actor.send({ type: 'move' });
    },
    leave,
    commandsOf(store) {
      const { open, close, reconnect, clear } = store.commands;
      return {
        open() {
          if (!left.has(store)) open();
        },
        reconnect(options: ReconnectOptions = {}) {
          if (!left.has(store)) reconnect(options);
        },
        close,
        clear,
      };
    },
  };
}

/** The connection is active, or the app has closed it: no reason to begin anew. */
function isBusyOrClosed({ status, closeReason }: ConnectionState): boolean {
  return status === 'closed' ? closeReason !== null && closeReason !== 'ended' : status !== 'failed';
}

/** Lets a connection go on after the last event of the one before it. */
function succeed(
  { state: { lastEventId } }: ViewableConnection,
  connection: ViewableConnection,
  mayBegin: boolean,
): void {
  const user = sharedUserOf.get(connection);
  if (!mayBegin) connection.close();
  else if (user) user.succeed(lastEventId);
  else connection.reconnect({ lastEventId: lastEventId || undefined });
}

import type { Message } from '../machines/message.ts';
import { resourceOf } from '../transports/resource.ts';
import type { ConnectionState, ReconnectOptions } from './connection.ts';
import { makeConnection } from './create-connection.ts';
import {
  begin,
  type ConnectionCommands,
  createView,
  idleStore,
  type ServerSentEventsOptions,
  type ViewableConnection,
  type ViewStore,
} from './view-store.ts';

/**
 * The connections of one component, one after the other, for an adapter of a framework: when they begin, pause and go
 * on. The statechart decides whether there is something to go on with.
 */
export interface ComponentConnection<Data> {
  /**
   * The connection for a URL: the one that is shown, where it can go on there, or else a new one. It can where only the
   * query differs, and no option that is a number, a word, a flag, a list or the policy, by its content. Nothing is sent
   * before {@link enter}, so that a render may be thrown away.
   *
   * @throws TypeError when an option is invalid.
   */
  storeFor(url: string, options?: ServerSentEventsOptions<Data>): ViewStore<Data>;
  /**
   * The component is there and shows this connection at this URL: connects, or takes up again what was running. Where
   * the URL has changed, the next stream is opened before the old one goes. Where the options have, the new connection
   * resumes after the last event of the old one; what must not be repeated, or the app has closed, stays closed.
   *
   * @param immediate Whether a connection that was never opened is to be opened. @default true
   */
  enter(store: ViewStore<Data>, url: string, immediate?: boolean): void;
  /** The component goes away, perhaps to come back, or has no URL: closes the connection until {@link enter}. */
  leave(): void;
  /**
   * The commands of a connection, without effect after {@link leave} or once another connection is shown: nobody would
   * close what they open.
   */
  commandsOf(store: ViewStore<Data>): ConnectionCommands;
}

/**
 * The options that are data, as text to compare: numbers, words, flags, lists and the policy. Others are functions and
 * objects, are read at every attempt (`headers`, `body`), or say how the connection begins.
 */
export function contentOf<Data>({
  headers,
  body,
  resume,
  lastEventId,
  immediate,
  ...options
}: ServerSentEventsOptions<Data>): string {
  const entries = Object.entries({ ...options, persist: options.persist?.key });
  return JSON.stringify(entries.filter(([name, value]) => name === 'policy' || isData(value)).sort());
}

function isData(value: unknown): boolean {
  return Array.isArray(value) || ['string', 'number', 'boolean'].includes(typeof value);
}

/** The {@link contentOf} of the options that a store was made with. */
const contentOfStore = new WeakMap<object, string>();

/** Makes what keeps the connections of one component. */
export function createComponentConnection<Data = unknown>(): ComponentConnection<Data> {
  let shown: ViewStore<Data> = idleStore;
  let address = '';
  /** The connections that the component has left, and whether there is something to take up again. */
  const left = new WeakMap<ViewStore<Data>, boolean>();

  /** The connection that is shown, where it is one to the same resource. */
  function predecessorAt(url: string): ViewableConnection | null {
    return resourceOf(url) === resourceOf(address) ? shown.connection : null;
  }

  function leave(): void {
    left.set(shown, shown.connection?.suspend() ?? false);
  }

  return {
    storeFor(url, given = {}) {
      const { onMessage, history, immediate = true, ...options } = given;
      if (predecessorAt(url) && contentOf(given) === contentOfStore.get(shown)) return shown;
      const latest = () => (shown === store ? address : url);
      const connection = makeConnection(latest, { ...options, immediate: false }, url, true);
      if (onMessage) connection.on('*', (message) => onMessage(message as Message<Data>));
      const store = createView<Data>(connection, { history, expected: immediate });
      contentOfStore.set(store, contentOf(given));
      return store;
    },
    enter(store, url, immediate = true) {
      const { connection } = store;
      const isSame = store === shown;
      const hasMoved = isSame && url !== address;
      const predecessor = isSame ? null : predecessorAt(url);
      const mayBegin = immediate && !(predecessor && isBusyOrClosed(predecessor.state));
      if (!isSame) leave();
      const wasRunning = left.get(shown);
      left.delete(store);
      [shown, address] = [store, url];
      if (connection && predecessor) succeed(predecessor, connection, mayBegin || wasRunning === true);
      else if (connection && wasRunning !== undefined) begin(connection, immediate || wasRunning);
      if (hasMoved) connection?.actor.send({ type: 'move' });
    },
    leave,
    commandsOf(store) {
      const { open, close, reconnect } = store.commands;
      return {
        open() {
          if (!left.has(store)) open();
        },
        reconnect(options: ReconnectOptions = {}) {
          if (!left.has(store)) reconnect(options);
        },
        close,
      };
    },
  };
}

/** Something is under way, or the app wants nothing: neither is a reason to begin anew. */
function isBusyOrClosed({ status, closeReason }: ConnectionState): boolean {
  return status === 'closed' ? closeReason !== null && closeReason !== 'ended' : status !== 'failed';
}

/** Lets a connection go on after the last event of the one before it. */
function succeed(
  { state: { lastEventId } }: ViewableConnection,
  { close, reconnect }: ViewableConnection,
  mayBegin: boolean,
): void {
  if (mayBegin) reconnect({ lastEventId: lastEventId || undefined });
  else close();
}

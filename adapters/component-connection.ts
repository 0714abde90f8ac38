import type { Message } from '../machines/message.ts';
import { resourceOf } from '../transports/resource.ts';
import type { ReconnectOptions } from './connection.ts';
import { makeConnection } from './create-connection.ts';
import {
  begin,
  type ConnectionCommands,
  createView,
  idleStore,
  type ServerSentEventsOptions,
  type ViewStore,
} from './view-store.ts';

/**
 * The connections of one component, one after the other, for an adapter of a framework: when they begin, pause and go
 * on. The statechart decides whether there is something to go on with.
 */
export interface ComponentConnection<Data> {
  /**
   * The connection for a URL: the one that is shown, where it can go on there, or else a new one. It can where only the
   * query differs. Nothing is sent before {@link enter}, so that a render may be thrown away.
   *
   * @throws TypeError when an option is invalid.
   */
  storeFor(url: string, options?: ServerSentEventsOptions<Data>): ViewStore<Data>;
  /**
   * The component is there and shows this connection at this URL: connects, or takes up again what was running. Where
   * the URL has changed, the next stream is opened before the old one goes.
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

/** Makes what keeps the connections of one component. */
export function createComponentConnection<Data = unknown>(): ComponentConnection<Data> {
  let shown: ViewStore<Data> = idleStore;
  let address = '';
  /** The connections that the component has left, and whether there is something to take up again. */
  const left = new WeakMap<ViewStore<Data>, boolean>();

  function leave(): void {
    left.set(shown, shown.connection?.suspend() ?? false);
  }

  return {
    storeFor(url, { onMessage, history, immediate = true, ...options } = {}) {
      if (shown.connection && resourceOf(url) === resourceOf(address)) return shown;
      const latest = () => (shown === store ? address : url);
      const connection = makeConnection(latest, { ...options, immediate: false }, url);
      if (onMessage) connection.on('*', (message) => onMessage(message as Message<Data>));
      const store = createView<Data>(connection, { history, expected: immediate });
      return store;
    },
    enter(store, url, immediate = true) {
      const { connection } = store;
      const isSame = store === shown;
      const hasMoved = isSame && url !== address;
      if (!isSame) leave();
      const wasRunning = left.get(shown);
      left.delete(store);
      [shown, address] = [store, url];
      if (connection && wasRunning !== undefined) begin(connection, immediate || wasRunning);
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

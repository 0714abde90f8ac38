import { createStore } from '@xstate/store';
import type { AnyMessage, Connection, ConnectionState } from 'sse-machine';

/** Makes a store of what a connection is doing, and of how many messages it has brought. Close the connection to end it. */
export function createConnectionStore<Events extends object>(connection: Connection<Events>) {
  const store = createStore({
    context: { state: connection.state, count: 0, last: undefined as AnyMessage<Events> | undefined },
    on: {
      changed: (context, { state }: { state: ConnectionState }) => ({ ...context, state }),
      received: (context, { message }: { message: AnyMessage<Events> }) => ({
        ...context,
        count: context.count + 1,
        last: message,
      }),
      cleared: (context) => ({ ...context, count: 0, last: undefined }),
    },
  });
  connection.subscribe((state) => store.trigger.changed({ state }));
  connection.on('*', (message) => store.trigger.received({ message }));
  return store;
}

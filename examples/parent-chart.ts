import { type Connection, connectionMachine, fetchTransport, fromTransport, type Message } from 'sse-machine';
import { fromCallback, setup } from 'xstate';

const connection = connectionMachine.provide({
  actors: { transport: fromTransport(fetchTransport({ url: '/api/events' })) },
});

/** Passes each message of a connection on to the parent, because an actor emits only to its own listeners. */
const messages = fromCallback(({ system, sendBack }) => {
  const feed: Connection['actor'] = system.get('feed');
  const listening = feed.on('messages', ({ messages }) => {
    for (const message of messages) sendBack({ type: `server.${message.event}`, message });
  });
  return () => listening.unsubscribe();
});

/** Connected for as long as the user is signed in, or until the server says that the session is over. */
export const session = setup({
  types: {
    children: {} as { feed: 'connection'; messages: 'messages' },
    events: {} as { type: 'signIn' | 'signOut' } | { type: 'server.logout'; message: Message },
  },
  actors: { connection, messages },
}).createMachine({
  initial: 'signedOut',
  states: {
    signedOut: { on: { signIn: 'signedIn' } },
    signedIn: {
      invoke: [
        { id: 'feed', systemId: 'feed', src: 'connection' },
        { id: 'messages', src: 'messages' }, // after the connection, which is there by then
      ],
      on: { signOut: 'signedOut', 'server.logout': 'signedOut' },
    },
  },
});

import { connectionMachine, fetchTransport, fromTransport } from 'sse-machine';
import { setup } from 'xstate';

const connection = connectionMachine.provide({
  actors: { transport: fromTransport(fetchTransport({ url: '/api/events' })) },
});

/** Connected for as long as the user is signed in. */
export const session = setup({ actors: { connection } }).createMachine({
  initial: 'signedOut',
  states: {
    signedOut: { on: { signIn: 'signedIn' } },
    signedIn: { invoke: { id: 'feed', src: 'connection' }, on: { signOut: 'signedOut' } },
  },
});

import { connectionMachine, fetchTransport, fromTransport } from 'sse-machine';
import { createActor } from 'xstate';

const transport = fromTransport(fetchTransport({ url: '/api/events' }));
export const actor = createActor(connectionMachine.provide({ actors: { transport } }), {
  input: { maxRetries: 8 },
});
actor.on('messages', ({ messages }) => console.log(messages));
actor.subscribe((snapshot) => console.log(snapshot.value, snapshot.context.retries));
actor.start();

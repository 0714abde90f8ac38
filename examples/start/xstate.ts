import { connectionMachine, fetchTransport, fromTransport, selectStatus } from 'sse-machine';
import { createActor } from 'xstate';

const transport = fromTransport(fetchTransport({ url: 'http://localhost:8080/events' }));

export const actor = createActor(connectionMachine.provide({ actors: { transport } }));
actor.subscribe((snapshot) => console.log(selectStatus(snapshot), snapshot.context.retries));
actor.on('messages', ({ messages }) => {
  for (const { data } of messages) console.log(data);
});
actor.start();

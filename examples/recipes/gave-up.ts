import { createConnection } from 'sse-machine';

export const connection = createConnection('/api/events', { maxRetries: 3 });
connection.actor.on('gaveUp', ({ error }) => {
  if (confirm(`No connection (${error.kind}). Try again?`)) connection.reconnect();
});

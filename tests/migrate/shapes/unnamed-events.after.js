import { createConnection } from 'sse-machine';

export function follow(url, handlers) {
  const connection = createConnection(url, {
    credentials: 'include',
    policy: { ended: 'stop' },
    parse: 'text',
  });
  connection.on('*', ({ data, event }) => {
    handlers[event]?.(data);
  });
  const connection2 = createConnection(`${url}/log`, {
    policy: { ended: 'stop' },
    parse: 'text',
  });
  // only lines without a name
  connection2.on('*', (message) => {
    if (message.event === 'message') handlers.log(message.data);
  });
}

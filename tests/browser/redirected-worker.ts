import { createConnection, eventSourceTransport } from '../../index.ts';

/** Opens a connection, and closes it once it is open. */
globalThis.addEventListener('message', ({ data: { url, native } }) => {
  const connection = createConnection(url, native ? { transport: eventSourceTransport } : {});
  connection.subscribe(({ status }) => {
    if (status === 'open') connection.close();
    if (status === 'closed') postMessage(status);
  });
});

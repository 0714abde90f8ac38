import { createConnection, eventSourceTransport } from '../../index.ts';

/**
 * Opens a connection, and closes it at its first message. Not when it opens: Firefox sometimes loses an abort that comes
 * with the headers, also of a bare `fetch`.
 */
globalThis.addEventListener('message', ({ data: { url, native } }) => {
  const connection = createConnection(url, native ? { transport: eventSourceTransport } : {});
  connection.on('message', () => connection.close());
  connection.subscribe(({ status }) => {
    if (status === 'closed') postMessage(status);
  });
});

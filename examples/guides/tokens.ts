import { createConnection } from 'sse-machine';

let token = 'first';

/** Asks the app's own server for a new token. */
async function renew(): Promise<void> {
  const response = await fetch('/api/token', { method: 'POST' });
  token = await response.text();
}

export const connection = createConnection('/api/events', {
  headers: () => ({ authorization: `Bearer ${token}` }), // asked anew at every attempt
  refresh: renew, // after a 401, and then the request is repeated
  refreshOn: 'token-expires', // the server says so in time: the stream never breaks
});

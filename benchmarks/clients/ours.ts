import { createConnection } from '../../index.ts';
import type { Open } from './client.ts';

export const open: Open = ({ url, event, receive, lost }) => {
  // The delay is then what the server asks for, as it is with the others, and nothing is added to it.
  const options = { maxRetryDelay: 0, jitter: 'none', maxRetries: Infinity } as const;
  const connection = createConnection(url, { parse: 'text', ...options });
  connection.on(event, ({ data }) => receive(data));
  connection.subscribe(({ status }) => {
    if (status === 'backoff') lost?.();
  });
};

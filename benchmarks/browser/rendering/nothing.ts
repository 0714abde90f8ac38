import { createConnection } from '../../../index.ts';
import type { Mount } from './feed.ts';
import type { Reading } from './send-paced.ts';

/** What receiving costs without a component, and what the machine costs every app alike. */
export const mount: Mount = (_, { url, onMessage }) => {
  createConnection<{ message: Reading }>(url).on('message', ({ data }) => onMessage(data));
};

import { createConnection } from '../../../index.ts';
import type { Mount } from './feed.ts';
import type { Reading } from './send-paced.ts';

/** The cost of receiving without a component, and the cost of the machine in every app alike. */
export const mount: Mount = (_, { url, onMessage }) => {
  createConnection<{ message: Reading }>(url).on('message', ({ data }) => onMessage(data));
};

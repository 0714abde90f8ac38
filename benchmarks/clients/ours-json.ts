import { createConnection } from '../../index.ts';
import type { Open } from './client.ts';

export const open: Open = ({ url, event, receive }) => {
  createConnection(url).on(event, ({ data }) => receive(data));
};

import { EventSourcePlus } from 'event-source-plus';
import type { Open } from './client.ts';

export const open: Open = ({ url, receive }) => {
  new EventSourcePlus(url).listen({ onMessage: ({ data }) => receive(data) });
};

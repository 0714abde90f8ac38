import { createEventSource } from 'eventsource-client';
import type { Open } from './client.ts';

export const open: Open = ({ url, receive, lost }) => {
  createEventSource({
    url,
    onMessage: ({ data }) => receive(data),
    onScheduleReconnect: () => lost?.(),
  });
};

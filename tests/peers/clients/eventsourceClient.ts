import { createEventSource } from 'eventsource-client';
import type { Open } from '../client.ts';

export const open: Open = ({ url, headers, body, row, withOption }, app) => {
  const source = createEventSource({
    url,
    ...(headers && { headers }),
    ...(body && { method: 'POST', body }),
    onMessage: ({ event, data }) => app.heard(event ?? 'message', data),
    onScheduleReconnect() {
      if (withOption && row === 'postOnce') source.close();
    },
  });
};

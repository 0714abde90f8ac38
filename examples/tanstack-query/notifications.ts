import { createConnection } from 'sse-machine';
import { sseQueryOptions } from 'sse-machine/tanstack-query';

interface Notification {
  id: number;
  title: string;
}

const connection = createConnection<{ notification: Notification }>('/api/events', { immediate: false });

async function fetchNotifications(): Promise<Notification[]> {
  const response = await fetch('/api/notifications');
  return response.json();
}

export const notifications = sseQueryOptions({
  queryKey: ['notifications'],
  queryFn: fetchNotifications,
  connection,
  event: 'notification',
  update: (list, { data }) => [data, ...list.filter(({ id }) => id !== data.id)],
});

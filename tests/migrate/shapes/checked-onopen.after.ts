import { createConnection } from 'sse-machine';
import { EventStreamContentType } from '@microsoft/fetch-event-source';

export function watchProgress(batch: string, token: string, show: (percent: number) => void): void {
  const connection = createConnection<Record<string, string>>(`/api/progress?batch=${encodeURIComponent(batch)}`, {
    method: 'GET',
    headers: { Authorization: `Bearer ${token}` },
    onResponse: async (response) => {
      if (!response.ok) throw new Error(`refused with ${response.status}`);
      if (!response.headers.get('content-type')?.startsWith(EventStreamContentType)) {
        throw new Error('no stream');
      }
    },
    policy: { ended: 'stop' },
    parse: 'text',
  });
  connection.on('*', (event) => {
    if (event.event !== 'progress' || !event.data) return;
    show(JSON.parse(event.data).percent);
  });
}

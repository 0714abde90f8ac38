import { createConnection } from 'sse-machine';

export const connection = createConnection<{ notification: { title: string } }>('/api/events');
connection.on('notification', ({ data }) => console.log(data.title));
connection.subscribe(({ status, retries }) => console.log(status, retries));

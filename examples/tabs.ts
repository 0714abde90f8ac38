import { createConnection } from 'sse-machine';
import { acrossTabs } from 'sse-machine/tabs';

const user = { id: 'ada' }; // whoever is signed in

export const tabs = acrossTabs({ scope: user.id });
export const connection = createConnection<{ notification: { title: string } }>('/api/events', {
  transport: tabs,
});
connection.on('notification', ({ data }) => console.log(data.title));

import { createConnection } from 'sse-machine';

const withDates = (key: string, value: unknown) => (key === 'at' ? new Date(String(value)) : value);

export const connection = createConnection<{ tick: { at: Date } }>('/api/ticks', {
  parse: (text) => JSON.parse(text, withDates),
});
connection.on('tick', ({ data }) => console.log(data.at.getFullYear()));

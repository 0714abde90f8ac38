import { createConnection } from 'sse-machine';
import { z } from 'zod';

export const connection = createConnection('/api/events', {
  events: {
    price: z.object({ symbol: z.string(), cents: z.number() }),
    message: z.string(), // an event without a name
  },
  onInvalid: ({ event, id, issues }) => console.warn(event, id, issues),
});

connection.on('price', ({ data }) => console.log(data.symbol, data.cents));

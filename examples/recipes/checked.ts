import { type } from 'arktype';
import { createConnection } from 'sse-machine';
import * as v from 'valibot';
import { z } from 'zod';

export const connection = createConnection('/api/shop', {
  events: {
    price: z.object({ cents: z.int() }),
    stock: v.object({ left: v.number() }),
    offer: type({ title: 'string' }),
  },
  unknownEvents: 'report',
  onInvalid: ({ event, id, issues, message }) => console.warn(event, id, issues.length, message),
});
connection.on('price', ({ data }) => console.log(data.cents.toFixed(2)));

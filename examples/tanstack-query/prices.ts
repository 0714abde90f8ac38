import type { QueryClient } from '@tanstack/query-core';
import { createConnection } from 'sse-machine';
import { streamInto } from 'sse-machine/tanstack-query';

/** Keeps every price that is in the cache up to date, until the function that is returned is called. */
export function streamPrices(queryClient: QueryClient) {
  const connection = createConnection<{ price: { symbol: string; price: number } }>('/api/prices/events');
  const end = streamInto(queryClient, connection, {
    event: 'price',
    queryKey: ({ data }) => ['prices', data.symbol],
    within: ['prices'],
    update: (_, { data }) => data.price,
  });
  return () => {
    end();
    connection.close();
  };
}

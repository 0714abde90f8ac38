import { useServerSentEvents } from 'sse-machine/react';
import { z } from 'zod';

const events = { price: z.object({ symbol: z.string(), cents: z.number() }) };

export function Prices() {
  const { data, status } = useServerSentEvents('/api/events', {
    events,
    initial: new Map<string, number>(),
    reduce: (prices, { data }) => new Map(prices).set(data.symbol, data.cents),
    settle: 2_000,
  });
  const rows = [...data].map(([symbol, cents]) => <li key={symbol}>{`${symbol}: ${cents}`}</li>);
  return <ul aria-busy={status !== 'open'}>{rows}</ul>;
}

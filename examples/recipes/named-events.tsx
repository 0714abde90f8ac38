import { useServerSentEvents } from 'sse-machine/react';

type Events = { price: { cents: number }; stock: { left: number } };

export function Offer() {
  const { latest } = useServerSentEvents<Events>('/api/offer', { events: ['price', 'stock'] });
  return <p>{`${latest.price?.data.cents} ct, ${latest.stock?.data.left} left`}</p>;
}

import { useServerSentEvents } from 'sse-machine/react';

const shared = { share: true, events: ['notification'] } as const;

export function Badge() {
  const { history, dropped } = useServerSentEvents('/api/events', { ...shared, history: 1 });
  return <b>{history.length + dropped}</b>;
}

export function Latest() {
  const { data } = useServerSentEvents<{ notification: { title: string } }>('/api/events', shared);
  return <p>{data?.title ?? 'nothing yet'}</p>;
}

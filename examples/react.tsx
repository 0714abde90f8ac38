import { useServerSentEvents } from 'sse-machine/react';

export function Notifications() {
  const { status, data } = useServerSentEvents<{ notification: { title: string } }>('/api/events', {
    events: ['notification'],
  });
  return <p>{`${status}: ${data?.title ?? 'nothing yet'}`}</p>;
}

import { useServerSentEvents } from 'sse-machine/react';

export function Badge() {
  const { status } = useServerSentEvents('/api/events', { settle: 2_000 });
  return <output>{status === 'open' ? 'Live' : 'Connecting…'}</output>;
}

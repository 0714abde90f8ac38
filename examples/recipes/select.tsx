import { eventTypes } from 'sse-machine';
import { useServerSentEvents } from 'sse-machine/react';

type Events = { unread: { count: number }; typing: { name: string } };

export function Unread({ onRender }: { onRender: () => void }) {
  onRender();
  const { selected } = useServerSentEvents('/api/chat', {
    events: eventTypes<Events>('unread', 'typing'),
    select: ({ latest }) => latest.unread?.data.count ?? 0,
  });
  return <b>{selected}</b>;
}

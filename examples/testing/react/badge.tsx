import { type ServerSentEventsOptions, useServerSentEvents } from 'sse-machine/react';

const labels = {
  connecting: 'Connecting…',
  open: 'Live',
  backoff: 'Connection lost. Trying again…',
  failed: 'No connection',
  closed: 'Disconnected',
};

interface BadgeProps {
  /** Options of the connection: the app gives none, a test gives a transport and a clock. */
  readonly connection?: ServerSentEventsOptions<{ message: { unread: number } }>;
}

export function Badge({ connection }: BadgeProps) {
  const { status, data, open } = useServerSentEvents('/api/unread', connection);
  const isOver = status === 'failed' || status === 'closed';
  return (
    <p>
      <output>{labels[status]}</output>
      {data && <span>{data.unread} unread</span>}
      {isOver && (
        <button type="button" onClick={open}>
          Connect
        </button>
      )}
    </p>
  );
}

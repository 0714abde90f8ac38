import { useServerSentEvents } from 'sse-machine/react';

export default function App() {
  const { status, retries, data } = useServerSentEvents<{ tick: { time: string } }>(
    'http://localhost:8080/events',
    { events: ['tick'] },
  );
  return (
    <>
      <strong>{retries > 0 ? `${status}, retry ${retries}` : status}</strong>
      <p>{data?.time ?? 'nothing yet'}</p>
    </>
  );
}

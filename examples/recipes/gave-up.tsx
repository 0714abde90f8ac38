import { useServerSentEvents } from 'sse-machine/react';

export function Live() {
  const { state, reconnect } = useServerSentEvents('/api/events', { maxRetries: 3 });
  if (state.status !== 'failed') return <p>{state.status}</p>;
  return (
    <button type="button" onClick={() => reconnect()}>
      {state.error.kind === 'exhausted' ? 'No connection. Try again' : state.error.message}
    </button>
  );
}

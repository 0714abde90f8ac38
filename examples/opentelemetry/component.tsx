import { useEffect } from 'react';
import { observeConnections } from 'sse-machine/opentelemetry';
import { useServerSentEvents } from 'sse-machine/react';

const observation = observeConnections({ automatic: false });

export function Orders({ url, shop }: { url: string; shop: string }) {
  const { status, connection } = useServerSentEvents(url);
  useEffect(() => observation.add(connection, { 'app.shop': shop }), [connection, shop]);
  return <p>{status}</p>;
}

import { createEventSource } from 'sse-machine/event-source';
import { useEffect, useRef } from 'react';

const EventSource = createEventSource({ maxRetries: Infinity });

export function useFeed(url: string, onMessage: (event: MessageEvent) => void) {
  const source = useRef<EventSource | null>(null);

  useEffect(() => {
    source.current = new EventSource(url);
    source.current.onmessage = onMessage;
    return () => source.current?.close();
  }, [url, onMessage]);

  return () => source.current?.readyState === EventSource.OPEN;
}

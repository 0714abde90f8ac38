import { connectStreamSource } from '@hotwired/turbo';
import { createEventSource } from 'sse-machine/event-source';

const Source = createEventSource({ maxRetries: Infinity });

export function connect(url: string): EventSource {
  const source = new Source(url);
  connectStreamSource(source); // messages are <turbo-stream> elements
  return source;
}

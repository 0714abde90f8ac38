import { createEventSource } from 'sse-machine/event-source';

const EventSource = createEventSource({ maxRetries: Infinity });

const base = 'https://api.example.com';

export function createSseConnection(path: string): EventSource {
  return new EventSource(`${base}${path}`);
}

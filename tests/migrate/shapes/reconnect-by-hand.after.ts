import { createEventSource } from 'sse-machine/event-source';
import { show } from './shared.ts';

const EventSource = createEventSource({ maxRetries: Infinity });

export function connect(attempt = 0): void {
  const source = new EventSource('/api/monitor');
  source.onopen = () => {
    attempt = 0;
  };
  source.onmessage = (event) => show(event.data);
  source.onerror = (event) => {
    console.warn('lost', event);
    source.close();
    setTimeout(() => connect(attempt + 1), Math.min(30_000, 1_000 * 2 ** attempt));
  };
}

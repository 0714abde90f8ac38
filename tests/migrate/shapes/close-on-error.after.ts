import { createConnection } from 'sse-machine';
import { apply } from './shared.ts';

export function watchUpdates(url: string): () => void {
  const source = createConnection<Record<string, string>>(url, { parse: 'text', maxRetries: Infinity, withCredentials: true });
  let last = '';

  source.on('message', function (event) {
    last = event.id;
    apply(JSON.parse(event.data), last);
  });

  source.actor.on('failure', function () {
    source.close();
  });

  return () => source.close();
}

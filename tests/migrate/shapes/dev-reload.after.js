import { createConnection } from 'sse-machine';

export function watch() {
  const es = createConnection('/events', { parse: 'text', maxRetries: Infinity });
  es.on('code', () => location.reload());
  es.actor.on('opened', () => {
    console.log('connected');
    es.on('fixture', (e) => console.log(e.event, e.data));
  });
}

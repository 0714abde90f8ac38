import { createConnection } from 'sse-machine';
import { show } from './shared.ts';

const source = createConnection<Record<string, string>>('http://localhost:8080/events', { parse: 'text', maxRetries: Infinity });
source.on('tick', ({ data }) => show(data));
process.on('SIGTERM', () => source.close());

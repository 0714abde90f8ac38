import { createConnection } from 'sse-machine';
import { inspectConnections } from 'sse-machine/inspect';

inspectConnections({ viewer: 'local' });

export const connection = createConnection('/api/events');

import { createConnection } from 'sse-machine';
import { inspectConnections } from 'sse-machine/inspect';

inspectConnections();

export const connection = createConnection('/api/events');

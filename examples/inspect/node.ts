import { createWebSocketInspector } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { createConnection } from 'sse-machine';
import { inspectConnections } from 'sse-machine/inspect';

createInspectorServer({ port: 8080 }); // opens http://localhost:8080, which shows the inspector
const { adapter } = createWebSocketInspector({ url: 'ws://localhost:8080' });
inspectConnections({ viewer: adapter });

export const connection = createConnection('https://example.com/api/events');

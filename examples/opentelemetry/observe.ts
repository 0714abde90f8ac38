import './sdk.ts'; // the SDK of the app comes first: a meter that was made before it measures nothing
import { createConnection } from 'sse-machine';
import { observeConnections } from 'sse-machine/opentelemetry';

export const observation = observeConnections({ attributes: { 'url.template': '/events' } });

export const connect = (url: string) => createConnection(url, { retryDelay: 10 });

import { trace } from '@opentelemetry/api';
import { QueryClient } from '@tanstack/query-core';
import { createConnection } from 'sse-machine';
import { EventSource } from 'sse-machine/event-source';
import { inspectConnections } from 'sse-machine/inspect';
import { observeConnections } from 'sse-machine/opentelemetry';
import { acrossTabs } from 'sse-machine/tabs';
import { streamInto } from 'sse-machine/tanstack-query';

/** Short delays, and the text as it comes. */
export const options = { events: ['greeting'], retryDelay: 100, maxRetryDelay: 500, parse: String };

/**
 * Uses every entry for browsers that is no framework's.
 *
 * @param hear Is told what each of them has got.
 */
export function startEntries(url, hear) {
  inspectConnections({ enabled: true, viewer: 'local' });
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: (name) => spanOf(name, hear) }) });
  observeConnections();

  const connection = createConnection(url, options);
  connection.on('greeting', ({ data }) => hear('connection', data));

  const shared = createConnection(url, { ...options, transport: acrossTabs({ scope: 'ada' }) });
  shared.on('greeting', ({ data }) => hear('tabs', data));

  const source = new EventSource(url);
  source.addEventListener('greeting', ({ data }) => hear('event source', data));

  const client = new QueryClient();
  const queryKey = ['greeting'];
  client.setQueryData(queryKey, 'none');
  client.getQueryCache().subscribe(() => hear('query', client.getQueryData(queryKey)));
  streamInto(client, connection, { event: 'greeting', queryKey, update: (_, { data }) => data });
}

function spanOf(name, hear) {
  const span = {
    addEvent: () => span,
    end: () => hear('span', name),
    isRecording: () => true,
    recordException: () => {},
    setAttribute: () => span,
    setAttributes: () => span,
    setStatus: () => span,
    spanContext: () => ({ traceId: '', spanId: '', traceFlags: 0 }),
    updateName: () => span,
  };
  return span;
}

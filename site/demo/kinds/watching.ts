import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { createConnection } from '../../../index.ts';
import { observeConnections } from '../../../opentelemetry/index.ts';
import { duration } from '../../../visualizations/viewer/text/format.ts';
import { createPageServer } from '../page-server.ts';
import { startDemo } from '../parts.ts';
import { scenarios } from '../scenarios.ts';
import { connectionActs, count, serverActs } from '../server-acts.ts';

/** The callbacks of a connection, and the metrics that a backend would get. */
export function createDemo(root: ShadowRoot): () => void {
  return startDemo(root, (parts) => {
    const { html, say, log } = parts;
    const server = createPageServer(() => {});
    const badge = parts.badge();
    const rows = html('tbody');
    const reader = new PageReader();
    const observation = observeConnections({
      meterProvider: new MeterProvider({ readers: [reader] }),
      automatic: false,
    });
    const connection = createConnection('/api/events', {
      ...scenarios.budget.options,
      transport: server.transport,
      immediate: false,
      onOpen: ({ lastEventId }) => say(`onOpen, lastEventId '${lastEventId}'`),
      onFailure: ({ error, retries, retryDelay }) =>
        say(
          `onFailure, ${error.status ?? error.kind}, retries ${retries}, retryDelay ${duration(retryDelay ?? 0)}`,
        ),
      onGaveUp: ({ error }) => say(`onGaveUp, ${error.message}`),
      onClosed: ({ reason }) => say(`onClosed, ${reason}`),
      onGap: ({ reason }) => say(`onGap, ${reason}`),
    });
    observation.add(connection);

    async function show(): Promise<void> {
      const { status } = connection.state;
      badge.show(status);
      const { resourceMetrics } = await reader.collect();
      const metrics = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
      rows.replaceChildren(
        ...metrics.flatMap(({ descriptor: { name, unit }, dataPoints }) =>
          dataPoints.map((point) =>
            html(
              'tr',
              {},
              html('th', { scope: 'row' }, name.replace('sse.client.', '')),
              html('td', {}, told(point)),
              html('td', {}, `${amount(point.value)} ${unit.replace(/\{.*\}/, '')}`),
            ),
          ),
        ),
      );
    }

    count(parts, server);
    parts.every(500, () => void show());
    parts.onEnd(() => {
      connection.close();
      observation.stop();
    });
    parts.show(
      'What a log and a dashboard get',
      'Break the server, and see the callbacks below and the numbers of OpenTelemetry grow.',
      parts.buttons(
        'The server',
        serverActs(parts, server, [...scenarios.budget.faults, ...scenarios.restart.faults]),
      ),
      html(
        'div',
        { class: 'user' },
        html('p', { class: 'head' }, badge.element),
        html(
          'div',
          { class: 'wide', role: 'region', 'aria-label': 'Metrics', tabindex: 0 },
          html('table', {}, rows),
        ),
        parts.buttons(
          'The connection',
          connectionActs(() => connection),
        ),
      ),
      log,
    );
    connection.open();
    void show();
  });
}

/** Gives the metrics whenever it is asked, and sends them nowhere. */
class PageReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** The attributes that tell one row of a metric from another. */
function told({ attributes }: { readonly attributes: Record<string, unknown> }): string {
  const telling = Object.entries(attributes).filter(([name]) => /status|kind|reason|type/.test(name));
  return [...new Set(telling.map(([, value]) => String(value)))].join(', ');
}

/** A number, or how many times something was measured and how long it took in all. */
function amount(value: unknown): string {
  if (typeof value === 'number') return String(Math.round(value * 1_000) / 1_000);
  const { count = 0, sum = 0 } = Object(value) as { count?: number; sum?: number };
  return `${count} ×, ${Math.round(sum * 1_000) / 1_000}`;
}

import type { Attributes } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type HistogramMetricData,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { type ObservationOptions, observeConnections } from '../../opentelemetry/index.ts';

/** A point of a metric: what it was recorded with, and its value; of a histogram, the number and the sum of its values. */
export type Point = readonly [attributes: Attributes, value: number, sum?: number | undefined];

/** An SDK as an app has it, whose exports stay in memory. */
export function startSdk() {
  const spanExporter = new InMemorySpanExporter();
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 3_600_000,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] });

  /** The metrics as they are now. */
  async function collect() {
    metricExporter.reset();
    await reader.forceFlush();
    const metrics = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
    return metrics.flatMap(({ metrics }) => metrics);
  }

  return {
    observe: (options: ObservationOptions = {}) =>
      observeConnections({ meterProvider, tracerProvider, ...options }),
    collect,
    /** The points of a metric; none where nothing was recorded. */
    async points(name: string): Promise<Point[]> {
      const metric = (await collect()).find(({ descriptor }) => descriptor.name === name);
      const points: readonly { attributes: Attributes; value: unknown }[] = metric?.dataPoints ?? [];
      return points.map(({ attributes, value }) => {
        if (typeof value === 'number') return [attributes, value];
        const { count, sum } = value as HistogramMetricData['dataPoints'][number]['value'];
        return [attributes, count, sum];
      });
    },
    /** The spans that have ended. */
    spans: () => spanExporter.getFinishedSpans(),
    async [Symbol.asyncDispose]() {
      await meterProvider.shutdown();
      await tracerProvider.shutdown();
    },
  };
}

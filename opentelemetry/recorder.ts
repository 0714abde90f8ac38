import {
  type Attributes,
  diag,
  isSpanContextValid,
  metrics,
  type Span,
  type SpanContext,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import { createInstruments, type Instruments } from './instruments.ts';
import type { ObservationSettings } from './options.ts';

type NameOf<Instrument> = {
  [Name in keyof Instruments]: Instruments[Name] extends Instrument ? Name : never;
}[keyof Instruments];

/** The SDK as this folder uses it. Its first error is logged; errors never reach the connection. */
export interface Recorder {
  add(counter: NameOf<Instruments['attempts']>, value: number, attributes: Attributes): void;
  /** @param duration In milliseconds. */
  record(histogram: NameOf<Instruments['openDuration']>, duration: number, attributes: Attributes): void;
  /**
   * Counts the connections whenever the SDK collects.
   *
   * @returns A function that ends this after the next collection, because an SDK goes on exporting the last count.
   */
  countConnections(count: () => Iterable<readonly [count: number, attributes: Attributes]>): () => void;
  startSpan(name: string, attributes: Attributes, before: SpanContext | undefined): Span | undefined;
  guard<Result>(call: () => Result): Result | undefined;
}

/** The name of the meter and of the tracer. */
const scope = 'sse-machine';

export function createRecorder({ meterProvider, tracerProvider }: ObservationSettings): Recorder {
  let hasComplained = false;

  function guard<Result>(call: () => Result): Result | undefined {
    try {
      return call();
    } catch (fault) {
      complain(fault);
      return undefined;
    }
  }

  function complain(fault: unknown): void {
    if (hasComplained) return;
    hasComplained = true;
    try {
      diag.error('sse-machine/opentelemetry (the connections are not affected):', fault);
    } catch {} // the logger is the app's
  }

  const instruments = guard(() => createInstruments((meterProvider ?? metrics).getMeter(scope)));
  const tracer = guard(() => (tracerProvider ?? trace).getTracer(scope));

  return {
    guard,
    add: (counter, value, attributes) => guard(() => instruments?.[counter].add(value, attributes)),
    record: (histogram, duration, attributes) =>
      guard(() => instruments?.[histogram].record(Math.max(0, duration) / 1_000, attributes)),
    countConnections(count) {
      let isOver = false;
      const callback: Parameters<Instruments['connections']['addCallback']>[0] = (result) =>
        guard(() => {
          for (const [value, attributes] of count()) result.observe(value, attributes);
          if (isOver) instruments?.connections.removeCallback(callback);
        });
      guard(() => instruments?.connections.addCallback(callback));
      return () => {
        isOver = true;
      };
    },
    startSpan: (name, attributes, before) =>
      guard(() => {
        const links = before && isSpanContextValid(before) ? [{ context: before }] : [];
        return tracer?.startSpan(name, { kind: SpanKind.CLIENT, attributes, links });
      }),
  };
}

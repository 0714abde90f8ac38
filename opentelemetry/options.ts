import type { Attributes, MeterProvider, TracerProvider } from '@opentelemetry/api';
import {
  type Complete,
  flag,
  type Given,
  objectWith,
  oneOf,
  option,
  optional,
  rule,
} from '../machines/option-table.ts';

export const attributesRule = rule<Attributes>('an object of attributes', (value) => {
  const isObject = Object(value) === value && !Array.isArray(value);
  return isObject && typeof value !== 'function';
});

/** The options of an observation. */
export const observationTable = {
  /**
   * Whether to observe every connection that is made from now on; else only those that are added.
   *
   * @default true
   * @example `observeConnections({ automatic: false }).add(connection)`
   */
  automatic: option(true, flag),
  /**
   * Attributes for all metrics and spans. They are added to ours, or replace them; an undefined value removes ours.
   *
   * @example `observeConnections({ attributes: { 'url.template': '/users/{id}/events' } })`
   */
  attributes: option({}, attributesRule),
  /**
   * How long the span of an attempt lasts: until its stream is over, or until the server has answered its request. A
   * backend gets a span when it ends, so it gets that of a stream of hours after hours.
   *
   * @default 'stream'
   * @example `observeConnections({ spans: 'request' })`
   */
  spans: option('stream', oneOf('stream', 'request')),
  /**
   * The provider of the meter. Left out, the global one, which has to be registered before.
   *
   * @example `observeConnections({ meterProvider: new MeterProvider({ readers: [reader] }) })`
   */
  meterProvider: optional(objectWith<MeterProvider>('getMeter')),
  /**
   * The provider of the tracer. Left out, the global one.
   *
   * @example `observeConnections({ tracerProvider: new BasicTracerProvider({ spanProcessors }) })`
   */
  tracerProvider: optional(objectWith<TracerProvider>('getTracer')),
};

/** How connections are observed. */
export interface ObservationOptions extends Given<typeof observationTable> {}

/** {@link ObservationOptions} with the defaults filled in. */
export interface ObservationSettings extends Complete<typeof observationTable> {}

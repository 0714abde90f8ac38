import type { Meter, MetricOptions } from '@opentelemetry/api';

interface InstrumentEntry extends MetricOptions {
  readonly name: string;
  readonly kind: 'Counter' | 'Histogram' | 'ObservableUpDownCounter';
}

/** Every instrument: its name, its kind, its unit and what it measures. */
export const instrumentTable = {
  connections: {
    name: 'sse.client.connections',
    kind: 'ObservableUpDownCounter',
    unit: '{connection}',
    description: 'The connections that are not closed, by their status.',
  },
  attempts: {
    name: 'sse.client.attempts',
    kind: 'Counter',
    unit: '{attempt}',
    description: 'Requests for a stream.',
  },
  failures: {
    name: 'sse.client.failures',
    kind: 'Counter',
    unit: '{failure}',
    description: 'Attempts that have failed: the request, or its stream later.',
  },
  givenUp: {
    name: 'sse.client.given_up',
    kind: 'Counter',
    unit: '{connection}',
    description: 'Connections that have given up.',
  },
  openDuration: {
    name: 'sse.client.open.duration',
    kind: 'Histogram',
    unit: 's',
    description: 'The time from the request until the stream was accepted.',
    advice: { explicitBucketBoundaries: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] },
  },
  outageDuration: {
    name: 'sse.client.outage.duration',
    kind: 'Histogram',
    unit: 's',
    description:
      'The time without a stream, from a loss or a first failure until one is open, or none is wanted.',
    advice: { explicitBucketBoundaries: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600] },
  },
  messages: {
    name: 'sse.client.messages',
    kind: 'Counter',
    unit: '{message}',
    description: 'Messages that were delivered.',
  },
  bytes: {
    name: 'sse.client.bytes',
    kind: 'Counter',
    unit: 'By',
    description: 'Bytes of streams that were read over fetch, with comments, without any content encoding.',
  },
  replays: {
    name: 'sse.client.replays.dropped',
    kind: 'Counter',
    unit: '{message}',
    description: 'Messages that were dropped because they were delivered before.',
  },
  gaps: {
    name: 'sse.client.gaps',
    kind: 'Counter',
    unit: '{gap}',
    description: 'Times at which messages may have been lost.',
  },
  renewals: {
    name: 'sse.client.renewals',
    kind: 'Counter',
    unit: '{renewal}',
    description: 'Streams that were asked for while the one before goes on.',
  },
} as const satisfies Readonly<Record<string, InstrumentEntry>>;

type Table = typeof instrumentTable;

/** The instruments by their names in the table. */
export type Instruments = {
  readonly [Name in keyof Table]: ReturnType<Meter[`create${Table[Name]['kind']}`]>;
};

export function createInstruments(meter: Meter): Instruments {
  const entries = Object.entries(instrumentTable).map(
    ([key, { name, kind, ...options }]: [string, InstrumentEntry]) => [
      key,
      meter[`create${kind}`](name, options),
    ],
  );
  return Object.fromEntries(entries);
}

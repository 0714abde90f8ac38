import { type ConnectionOptions, eventSourceTransport } from '../../index.ts';
import type { PathEvent } from '../../testing/index.ts';

/** An app, as far as its options lead a connection to states that others do not reach. */
export interface Situation {
  readonly name: string;
  readonly options: ConnectionOptions;
  /** The credentials take their time to be renewed. */
  readonly refreshesInSteps?: boolean;
  /** The events that happen beside the usual ones. */
  readonly events: readonly PathEvent[];
}

const few = { maxRetries: 2 };

const refresh = { refresh: () => {}, refreshOn: 'expiring' };

const away = ['leave', 'return'] as const;

/** Between them, they take every transition of the statechart. */
export const situations: readonly Situation[] = [
  {
    name: 'with the defaults',
    options: few,
    events: [...away, 'sleep', 'move', 'relocate', 'flood', 'revive'],
  },
  {
    name: 'that can renew its credentials',
    options: { ...few, ...refresh, closeOn: 'bye', events: ['note', 'expiring', 'bye'] },
    refreshesInSteps: true,
    events: ['refresh'],
  },
  { name: 'that pauses when hidden', options: { ...few, pauseWhenHidden: true }, events: away },
  {
    name: 'that posts',
    options: { ...few, ...refresh, method: 'POST' },
    refreshesInSteps: true,
    events: ['refresh', ...away, 'sleep', 'revive'],
  },
  {
    name: 'that posts, and continues with another request',
    options: { ...few, ...refresh, method: 'POST', resume: {}, closeOn: ({ data }) => data === 'bye' },
    refreshesInSteps: true,
    events: ['refresh'],
  },
  {
    name: 'that opens by itself, and takes the end of a stream for a lost session',
    options: {
      ...few,
      refresh: refresh.refresh,
      policy: { ended: 'refresh', network: 'stop' },
      immediate: false,
    },
    refreshesInSteps: true,
    events: ['refresh', 'move'],
  },
  {
    name: 'for which an ended stream is a failure, and a broken one a lost session',
    options: {
      ...few,
      refresh: refresh.refresh,
      policy: { ended: 'fail', timeout: 'fail', network: 'refresh' },
    },
    events: [],
  },
  {
    name: 'that starts again after a stream',
    options: { ...few, policy: { ended: 'restart', network: 'restart' } },
    events: [],
  },
];

const native = { ...few, transport: eventSourceTransport };

/** The same for the browser's own EventSource, which knows one failure only. */
export const nativeSituations: readonly Situation[] = [
  {
    name: 'with the defaults',
    options: native,
    events: [...away, 'sleep', 'move', 'relocate', 'flood'],
  },
  { name: 'that pauses when hidden', options: { ...native, pauseWhenHidden: true }, events: away },
  {
    name: 'that takes every failure for a lost session',
    options: { ...native, ...refresh, closeOn: 'bye', policy: { network: 'refresh' } },
    refreshesInSteps: true,
    events: ['refresh'],
  },
  {
    name: 'for which a failure is final, and that trusts a stream only late',
    options: { ...native, policy: { network: 'fail' }, stableAfter: 20_000 },
    events: ['sleep'],
  },
  {
    name: 'for which a failure is the end',
    options: { ...native, policy: { network: 'stop' }, immediate: false },
    events: ['move'],
  },
  {
    name: 'that starts again after a failure',
    options: { ...native, policy: { network: 'restart' } },
    events: [],
  },
];

import { type ConnectionOptions, eventSourceTransport } from '../../index.ts';

/** An app, as far as its options lead a connection to states that others do not reach. */
export interface Situation {
  readonly name: string;
  readonly options: ConnectionOptions;
  /** The credentials take their time to be renewed. */
  readonly refreshesInSteps?: boolean;
}

const few = { maxRetries: 2 };

const refresh = { refresh: () => {}, refreshOn: 'expiring' };

/** Between them, they take every transition of the statechart. */
export const situations: readonly Situation[] = [
  { name: 'with the defaults', options: few },
  {
    name: 'that can renew its credentials',
    options: { ...few, ...refresh, closeOn: 'bye', events: ['note', 'expiring', 'bye'] },
    refreshesInSteps: true,
  },
  { name: 'that pauses when hidden', options: { ...few, pauseWhenHidden: true } },
  { name: 'that posts', options: { ...few, ...refresh, method: 'POST' }, refreshesInSteps: true },
  {
    name: 'that opens by itself, and takes the end of a stream for a lost session',
    options: {
      ...few,
      refresh: refresh.refresh,
      policy: { ended: 'refresh', network: 'stop' },
      immediate: false,
    },
    refreshesInSteps: true,
  },
  {
    name: 'for which an ended stream is a failure',
    options: { ...few, policy: { ended: 'fail', timeout: 'fail' } },
  },
];

const native = { ...few, transport: eventSourceTransport };

/** The same for the browser's own EventSource, which knows one failure only. */
export const nativeSituations: readonly Situation[] = [
  { name: 'with the defaults', options: native },
  { name: 'that pauses when hidden', options: { ...native, pauseWhenHidden: true } },
  {
    name: 'that takes every failure for a lost session',
    options: { ...native, ...refresh, closeOn: 'bye', policy: { network: 'refresh' } },
    refreshesInSteps: true,
  },
  { name: 'for which a failure is final', options: { ...native, policy: { network: 'fail' } } },
  {
    name: 'for which a failure is the end',
    options: { ...native, policy: { network: 'stop' }, immediate: false },
  },
];

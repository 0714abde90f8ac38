import type { ConnectionState, Gap } from 'sse-machine';
import type { Settings } from '../settings/setting-fields.ts';

/** A sentence about the present status and its reason. It changes only with the status, so that it can be read out. */
export function explain(
  state: Pick<ConnectionState, 'status' | 'error' | 'closeReason' | 'retries'>,
  { maxRetries, stableAfter }: Settings,
): string {
  const { status, error, closeReason, retries } = state;
  switch (status) {
    case 'connecting':
      return retries > 0
        ? `Trying again, retry ${retries} of ${maxRetries}.`
        : 'Waiting for the server to accept the stream.';
    case 'open':
      return retries > 0
        ? `Open again. The budget is whole after ${stableAfter / 1_000} s without a fault.`
        : 'Events arrive as they happen.';
    case 'backoff':
      return !navigator.onLine && error?.status === undefined
        ? 'There seems to be no network. It goes on by itself when the network is back, and asks once in a while.'
        : (error?.message ?? 'The stream was lost.');
    case 'failed':
      return `${error?.message ?? ''} Nothing more is sent until you say so.`;
    case 'closed':
      return closings[closeReason ?? 'never'];
  }
}

const closings = {
  app: 'You closed it. Opened again, it goes on after the last event.',
  ended: 'The server said that there is nothing more. It stays closed until you open it.',
  paused: 'Paused while the browser keeps the page asleep. It goes on by itself.',
  never: 'Not opened yet.',
};

/** Says what an announced gap means. */
export function gapWords(gap: Gap | null): string {
  return gap ? gaps[gap.reason] : 'none';
}

const gaps = {
  server: 'the server went on elsewhere',
  'no-ids': 'lost without event IDs',
  away: 'heard by others only',
  forgotten: 'the last event ID was given up',
};

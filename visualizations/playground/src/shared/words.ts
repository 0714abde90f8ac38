import type { ConnectionState, ConnectionStatus } from 'sse-machine';
import type { Settings } from './setting-fields.ts';

/** What the badge of each status says and shows: a word, and a path on a grid of 16. */
export const badges: { readonly [Status in ConnectionStatus]: { word: string; icon: string } } = {
  connecting: { word: 'Connecting', icon: 'M8 2.5a5.5 5.5 0 1 1-5.5 5.5' },
  open: { word: 'Open', icon: 'M3 8.5l3.2 3.2L13 5' },
  backoff: { word: 'Backoff', icon: 'M8 4.5V8l2.4 1.8M8 2.2a5.8 5.8 0 1 1 0 11.6a5.8 5.8 0 1 1 0-11.6' },
  failed: { word: 'Failed', icon: 'M4 4l8 8M12 4l-8 8' },
  closed: { word: 'Closed', icon: 'M4.5 4.5h7v7h-7z' },
};

/** What is going on and why, as a sentence. It stands still while the status does, so it can be read out. */
export function explain(
  state: Pick<ConnectionState, 'status' | 'error' | 'closeReason' | 'retries' | 'retryAt'>,
  { maxRetries, stableAfter }: Settings,
): string {
  const { status, error, closeReason, retries, retryAt } = state;
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
      return retryAt === null
        ? 'There is no network. It goes on by itself when the network is back.'
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

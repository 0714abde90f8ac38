import { type ConnectionClock, createConnection, fetchTransport, type Transport } from '../../index.ts';
import { seededRandom } from '../support/seeded-random.ts';
import type { CampaignClock } from './campaign-clock.ts';
import type { LoggedEvent } from './event-log.ts';

/** What every client of a campaign is set to, in milliseconds of the campaign. */
export const settings = {
  maxRetries: Infinity,
  retryDelay: 2,
  maxRetryDelay: 8,
  maxRetryAfter: 20,
  stableAfter: 20,
  connectTimeout: 200,
  idleTimeout: 150,
} as const;

export type Client = ReturnType<typeof startClient>;

interface ClientOptions {
  readonly name: string;
  readonly seed: number;
  readonly clock: CampaignClock;
  /** Where the next attempt goes. */
  readonly url: () => string;
  /** What the origin has published. */
  readonly log: readonly LoggedEvent[];
  readonly complain: (fault: string) => void;
}

/** Runs a connection and holds what it delivers against the log of the origin. */
export function startClient({ name, seed, clock, url, log, complain }: ClientOptions) {
  const timers = ownTimers(clock, seed);
  let signal: AbortSignal | undefined;
  let attempts = 0;
  let events = 0;
  let received = 0;
  let disposed = false;

  const connection = createConnection(url, {
    ...settings,
    headers: { 'x-client': name },
    parse: 'text',
    clock: timers.clock,
    reportError: (error) => complain(`reported ${error}`),
    transport: (options) => watched(fetchTransport(options)),
  });

  function watched(transport: Transport): Transport {
    return (request, next) => {
      attempts += 1;
      if (disposed) complain('began an attempt after it was disposed of');
      if (signal && !signal.aborted) complain('has two live transports');
      signal = next;
      return transport(request, next);
    };
  }

  connection.on('*', (message) => {
    if (disposed) complain(`delivered ${message.id} after it was disposed of`);
    events += 1;
    const expected = log.slice(received, received + 100).find((entry) => entry.message);
    if (message.id !== String(expected?.id)) {
      complain(`received ${message.id} where ${expected?.id} was next`);
    } else if (message.event !== expected?.message?.event || message.data !== expected.message.data) {
      complain(`received ${message.id} with another name or other data than was published`);
    }
    received = Number(message.id);
  });

  return {
    name,
    connection,
    get attempts() {
      return attempts;
    },
    get events() {
      return events;
    },
    /** Open again after all that happened, with nothing left to come. */
    get settled() {
      const { status, retries, error, lastEventId } = connection.state;
      const complete = log.slice(received).every((entry) => !entry.message);
      return status === 'open' && retries === 0 && !error && complete && lastEventId === String(log.length);
    },
    async dispose(): Promise<void> {
      await connection[Symbol.asyncDispose]();
      disposed = true;
      if (timers.pending > 0) complain(`left ${timers.pending} timers`);
      if (signal?.aborted === false) complain('left a transport');
    },
  };
}

/** A view of the clock with chance of its own that knows which timers are still due. */
function ownTimers(clock: CampaignClock, seed: number) {
  const due = new Set<unknown>();
  return {
    get pending() {
      return due.size;
    },
    clock: {
      now: clock.now,
      random: seededRandom(seed),
      setTimeout(callback, delay) {
        const timer = clock.setTimeout(() => {
          due.delete(timer);
          callback();
        }, delay);
        due.add(timer);
        return timer;
      },
      clearTimeout(timer) {
        due.delete(timer);
        clock.clearTimeout(timer);
      },
    } satisfies ConnectionClock,
  };
}

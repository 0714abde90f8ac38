import {
  type Connection,
  type ConnectionClock,
  createConnection,
  eventSourceTransport,
  fetchTransport,
  type Gap,
} from '../../../index.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { Command, Rest } from '../oracle/attempt-oracle.ts';
import { eventNames } from '../origin/event-log.ts';
import { done, goodbye } from '../origin/manners/numbered.ts';
import type { Role } from '../roles.ts';
import { startApp } from './app.ts';
import { watchTransports } from './live-transports.ts';

/** The options of every client of a campaign, in milliseconds of the campaign. */
export const settings = {
  retryDelay: 2,
  maxRetryDelay: 8,
  maxRetryAfter: 20,
  stableAfter: 20,
  connectTimeout: 200,
  idleTimeout: 150,
} as const;

/** The event by which a native EventSource sees that a silent stream is alive. */
export const signOfLife = 'still-here';

export interface ClientPlan {
  readonly name: string;
  readonly seed: number;
  readonly transport: 'fetch' | 'native';
  readonly role: Role;
  /** Whether the app closes, reopens, reconnects and remakes its connection at random times. */
  readonly restless: boolean;
}

/** News that a client tells as soon as it happens, in this order. */
export type News =
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'refresh'; readonly step: 'began' | 'failed' }
  | { readonly type: 'rest'; readonly rest: Rest }
  /** The app has made another connection. */
  | { readonly type: 'begun' }
  | { readonly type: 'opened' }
  | { readonly type: 'gap'; readonly reason: Gap['reason'] }
  | { readonly type: 'complaint'; readonly text: string };

/** A message as the app got it. */
export interface Delivery {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

/** Where the clients are watched from. */
export interface Watcher {
  /** The next attempt begins: where does it go? */
  url(): string | Promise<string>;
  tell(news: News): void;
  deliver(message: Delivery): void;
  show(state: ShownState): void;
}

export interface ShownState {
  /** Open, with a whole budget. */
  readonly settled: boolean;
  readonly lastEventId: string;
}

export interface Client {
  /** From now on the app does nothing but reopen what has come to rest. */
  calm(): void;
  dispose(): Promise<void>;
}

/** Runs connections one after the other, in Node or in a page, and tells what they do. */
export function startClient(plan: ClientPlan, clock: ConnectionClock, watcher: Watcher): Client {
  const { transport, role } = plan;
  const { method, resumes = false, farewell = 'none', maxRetries = Infinity } = role;
  const { stableAfter = settings.stableAfter } = role;
  const complain = (text: string) => watcher.tell({ type: 'complaint', text });
  const timers = ownTimers(clock, plan.seed);
  const random = seededRandom(plan.seed + 1);
  const transports = watchTransports(complain);
  let urls = 0;
  let received = '';
  let asleep = false;
  let disposed = false;

  function connect(): Connection<Record<string, string>> {
    const options = {
      ...settings,
      maxRetries,
      stableAfter,
      lastEventId: received,
      reportError: (error: unknown) => {
        if (!(error instanceof Error && error.cause instanceof RefreshRefused)) complain(`reported ${error}`);
      },
      parse: 'text',
      clock: timers.clock,
      onGap: ({ reason }: Gap) => watcher.tell({ type: 'gap', reason }),
      ...(farewell === 'named' && { closeOn: goodbye }),
      ...(farewell === 'data' && { closeOn: ({ data }: { data: unknown }) => data === done }),
    } as const;
    if (transport === 'native') {
      return watched(
        createConnection<Record<string, string>>(nextUrl, {
          ...options,
          events: [...eventNames, signOfLife],
          EventSource: transports.EventSource,
          transport: transports.watch(eventSourceTransport),
        }),
      );
    }
    return watched(
      createConnection<Record<string, string>>(nextUrl, {
        ...options,
        method,
        ...(method === 'POST' && { body: 'What is new?' }),
        ...(resumes && { resume: {} }),
        refresh,
        transport: transports.watch(fetchTransport),
      }),
    );
  }

  function nextUrl(): string | Promise<string> {
    urls += 1;
    if (disposed) complain('began an attempt after it was disposed of');
    return watcher.url();
  }

  async function refresh(): Promise<void> {
    watcher.tell({ type: 'refresh', step: 'began' });
    const fails = random() < 0.3;
    const milliseconds = Math.floor(random() * 10);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, milliseconds));
    if (!fails) return;
    watcher.tell({ type: 'refresh', step: 'failed' });
    throw new RefreshRefused();
  }

  function watched(connection: Connection<Record<string, string>>): Connection<Record<string, string>> {
    watcher.tell({ type: 'begun' });
    connection.actor.on('opened', () => watcher.tell({ type: 'opened' }));
    connection.on('*', ({ event, data, id }) => {
      if (asleep) complain(`delivered ${id} after it was closed`);
      if (event === signOfLife) return;
      watcher.deliver({ event, data, id });
    });
    connection.subscribe(({ status, retries, error, lastEventId, closeReason }) => {
      received = lastEventId;
      watcher.show({ settled: status === 'open' && retries === 0 && !error, lastEventId });
      if (status === 'failed' || (status === 'closed' && closeReason !== 'app')) {
        watcher.tell({ type: 'rest', rest: error?.kind === 'exhausted' ? 'exhausted' : status });
        app.wake();
      }
    });
    return connection;
  }

  const app = startApp({
    seed: plan.seed + 2,
    clock,
    restless: plan.restless,
    connect,
    tell(command) {
      asleep = command === 'close';
      if (command === 'reconnect') transports.expectSuccessor();
      watcher.tell({ type: 'command', command });
    },
  });

  return {
    calm: app.calm,
    async dispose() {
      await app.dispose();
      disposed = true;
      if (timers.pending > 0) complain(`left ${timers.pending} timers`);
      transports.expectNone();
      if (transports.attempts !== urls) complain(`asked for ${urls} URLs in ${transports.attempts} attempts`);
    },
  };
}

class RefreshRefused extends Error {
  override readonly name = 'RefreshRefused';
}

/** A view of the clock with chance of its own that knows which timers are still due. */
function ownTimers(clock: ConnectionClock, seed: number) {
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

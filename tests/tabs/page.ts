import { type Connection, type ConnectionOptions, createConnection } from 'sse-machine';
import { acrossTabs } from 'sse-machine/tabs';
import type { InspectionEvent } from 'xstate';
import { type ConnectionClock, systemClock } from '../../machines/clock.ts';
import { watchActors } from '../../machines/onlooker.ts';
import { nameOfTransition } from './transitions.ts';

/** A page of the campaign, for those who drive it. */
export interface TabPage {
  /** The data of the messages that came, in order, and the gaps. */
  readonly received: string[];
  /** The transitions that the statechart of tabs has taken here. */
  readonly taken: string[];
  readonly state: () => {
    status: string;
    error: string | undefined;
    lastEventId: string;
    /** The last transition of the statechart of tabs. */
    sharing: string | undefined;
  };
  open(url: string, options?: PageOptions): void;
  close(): void;
  reconnect(): void;
  signOut(): void;
  signOutOf(scope: string): void;
}

export interface PageOptions
  extends Pick<ConnectionOptions, 'retryDelay' | 'lastEventId' | 'refreshOn' | 'stableAfter'> {
  readonly scope?: string;
  readonly isShared?: boolean;
  readonly persist?: string;
  readonly token?: string;
  readonly yieldAfter?: number;
  readonly linger?: number;
  readonly heartbeat?: number;
}

declare global {
  interface Window {
    tab: TabPage;
  }
}

/** Its time goes on only while the browser answers, which may be late with a lock on a machine that has much to do. */
const clock: ConnectionClock = {
  ...systemClock,
  setTimeout(callback, delay) {
    const cleared = new AbortController();
    const timer = setTimeout(async () => {
      await navigator.locks?.query().catch(() => {}); // a frame without an origin has none
      if (!cleared.signal.aborted) callback();
    }, delay);
    cleared.signal.addEventListener('abort', () => clearTimeout(timer));
    return cleared;
  },
  clearTimeout: (timer) => (timer as AbortController | undefined)?.abort(),
};

let connection: Connection<Record<string, string>> | undefined;
let transport: ReturnType<typeof acrossTabs> | undefined;
const received: string[] = [];

const taken: string[] = [];
watchActors((actor) => {
  if (actor.logic.id !== 'tabs') return;
  actor.system.inspect((event: InspectionEvent) => {
    if (event.type === '@xstate.microstep' && event.actorRef === actor)
      taken.push(...event._transitions.map(nameOfTransition));
  });
});

window.tab = {
  received,
  taken,
  state() {
    const { status = 'closed', error, lastEventId = '' } = connection?.state ?? {};
    return { status, error: error?.message, lastEventId, sharing: taken.at(-1) };
  },
  open(
    url,
    { scope = 'ada', isShared = true, persist, token, yieldAfter, linger, heartbeat, ...options } = {},
  ) {
    transport = acrossTabs({ scope, yieldAfter, linger, heartbeat });
    let current = token;
    connection = createConnection<Record<string, string>>(url, {
      parse: 'text',
      clock,
      ...options,
      ...(isShared && { transport }),
      ...(persist && { persist: { key: persist, storage: sessionStorage } }),
      ...(token && {
        headers: () => ({ authorization: `Bearer ${current}` }),
        // The network may be gone just now: that is no answer.
        refresh: async function renew(): Promise<void> {
          const answer = await fetch('/token', { method: 'POST' }).catch(() => undefined);
          if (answer) current = await answer.text();
          else await new Promise((resolve) => setTimeout(resolve, 50)).then(renew);
        },
      }),
      onGap: ({ reason }) => void received.push(`gap: ${reason}`),
    });
    connection.on('*', ({ data }) => void received.push(String(data)));
  },
  close: () => connection?.close(),
  reconnect: () => connection?.reconnect(),
  signOut: () => transport?.signOut(),
  signOutOf: (scope) => acrossTabs({ scope }).signOut(),
};

import { createConnection, type JitterKind } from 'sse-machine';
import { type FleetFrame, slotLength, slotOf } from '../../protocol/fleet-frame.ts';
import type { Settings } from '../settings/setting-fields.ts';
import { createStore, type Store } from '../store.ts';

/** A fleet as far as the page has heard of it. */
export interface FleetView {
  readonly jitter: JitterKind;
  readonly statuses: string;
  /** How many attempts to reconnect there were, by slot. */
  readonly attempts: ReadonlyMap<number, number>;
}

export interface Feed {
  readonly fleets: Store<readonly FleetView[]>;
  /** Closes the connections of the fleets with it. */
  close(): void;
}

export interface FeedOptions extends Pick<Settings, 'retryDelay' | 'maxRetryDelay'> {
  readonly clients: number;
  readonly jitters: readonly JitterKind[];
}

/** How many slots a histogram shows. */
export const shownSlots = 30_000 / slotLength;

/** Connects the fleets in the process of the server, and follows what becomes of them. */
export function openFeed({ clients, jitters, retryDelay, maxRetryDelay }: FeedOptions): Feed {
  const query = new URLSearchParams({
    clients: String(clients),
    retryDelay: String(retryDelay),
    maxRetryDelay: String(maxRetryDelay),
  });
  for (const jitter of jitters) query.append('jitter', jitter);
  const fleets = createStore<readonly FleetView[]>([]);
  const connection = createConnection<{ message: readonly FleetFrame[] }>(`/fleets?${query}`, {
    idleTimeout: 8_000, // there is a keep-alive every two seconds
  });
  connection.on('message', ({ data }) => {
    fleets.set(data.map((frame, fleet) => after(fleets.get()[fleet], frame)));
  });

  return { fleets, close: () => void connection[Symbol.asyncDispose]() };
}

function after(before: FleetView | undefined, { jitter, statuses, attempts }: FleetFrame): FleetView {
  const first = slotOf(Date.now()) - shownSlots;
  const kept = new Map([...(before?.attempts ?? [])].filter(([slot]) => slot >= first));
  for (const [slot, count] of attempts) kept.set(slot, (kept.get(slot) ?? 0) + count);
  return { jitter, statuses, attempts: kept };
}

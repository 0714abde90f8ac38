import type { StateValue } from 'xstate';
import type { ChartTransition } from '../../../machines/chart.ts';
import type { ConnectionStatus } from '../../../machines/connection.ts';
import type { ShownEvent, ShownState } from './record.ts';
import type { ShownContext } from './shown-context.ts';
import { pathOf } from './state-value.ts';
import { type Wait, waitOf } from './wait.ts';

/** Stands for an event in the first moment of a connection that ran before anyone looked. */
export const firstSeen: ShownEvent = { type: 'first seen' };

/** One event of a connection, and the state after it. */
export interface Moment {
  /** Counts the moments of all connections, in the order in which they came. */
  readonly id: number;
  /** On the wall clock, in milliseconds. */
  readonly at: number;
  readonly event: ShownEvent;
  /** The transition that the event made it take, where that is known. */
  readonly taken: ChartTransition | undefined;
  /** The state before; null for the first moment of a connection. */
  readonly from: StateValue | null;
  readonly value: StateValue;
  readonly status: ConnectionStatus;
  readonly context: ShownContext;
  readonly wait: Wait | null;
  /** A request is made. */
  readonly isAttempt: boolean;
  /** When the last request was made, on the wall clock in milliseconds; null when nobody saw it. */
  readonly requestedAt: number | null;
  /** The actor has stopped. */
  readonly isLast: boolean;
}

/** The moment that an event made of the one before it. */
export function momentOf(
  { id, at, event, taken }: Pick<Moment, 'id' | 'at' | 'event' | 'taken'>,
  { value, status, context, isActive }: Omit<ShownState, 'snapshot'>,
  before: Moment | undefined,
): Moment {
  const isOwnJitter = event.isOwnJitter === true;
  const isAttempt = before ? context.attempts > before.context.attempts : hasRequest({ value });
  return {
    id,
    at,
    event,
    taken,
    from: before?.value ?? null,
    value,
    status,
    context,
    wait: waitOf({ at, value, context, isOwnJitter }, before),
    isAttempt,
    requestedAt: isAttempt ? at : (before?.requestedAt ?? null),
    isLast: !isActive,
  };
}

/** Whether a request is on its way. */
export function hasRequest({ value }: Pick<Moment, 'value'>): boolean {
  return /^(connecting|open\.replacing)/.test(pathOf(value));
}

/** Whether the state has changed, and not only the context. */
export function isTransition({ from, value, isAttempt }: Moment): boolean {
  return isAttempt || (from !== null && JSON.stringify(from) !== JSON.stringify(value));
}

/** Whether an event is only about messages. */
export function isTraffic({ event }: Pick<Moment, 'event'>): boolean {
  return event.type === 'stream.messages';
}

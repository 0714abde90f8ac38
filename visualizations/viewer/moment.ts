import type { StateValue } from 'xstate';
import type { ChartTransition } from '../../machines/chart.ts';
import type { ConnectionStatus } from '../../machines/connection.ts';
import type { ShownContext } from './context.ts';
import type { ShownEvent, Sighting } from './record.ts';
import { type Wait, waitOf } from './wait.ts';

/** What stands for an event in the first moment of a connection that ran before anyone looked. */
export const firstSeen: ShownEvent = { type: 'first seen' };

/** One thing that happened to a connection, and how it stood afterwards. */
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
  /** What the transport was told meanwhile, such as `stream.replace`. */
  readonly told: readonly string[];
  /** A request is sent. */
  readonly isAttempt: boolean;
  /** The actor runs no more. */
  readonly isLast: boolean;
}

/** The moment that an event made of the one before it. */
export function momentOf(
  { id, at, event, told, taken }: Pick<Moment, 'id' | 'at' | 'event' | 'told' | 'taken'>,
  { value, status, context, isActive }: Omit<Sighting, 'snapshot'>,
  before: Moment | undefined,
): Moment {
  const isOwnJitter = event.isOwnJitter === true;
  return {
    id,
    at,
    event,
    told,
    taken,
    from: before?.value ?? null,
    value,
    status,
    context,
    wait: waitOf({ at, context, isOwnJitter }, before),
    isAttempt: told.includes('stream.replace') || isAttempt(event, status, before),
    isLast: !isActive,
  };
}

/** Whether anything but the memory of the connection has changed. */
export function isTransition({ from, value, isAttempt }: Moment): boolean {
  return isAttempt || (from !== null && JSON.stringify(from) !== JSON.stringify(value));
}

/** Events after which `connecting` is entered anew, also from itself. */
const restarts = ['transport.failed', 'transport.ended', 'transport.restarted', 'reconnect'];

function isAttempt({ type }: ShownEvent, status: ConnectionStatus, before: Moment | undefined): boolean {
  if (status !== 'connecting') return false;
  if (!before) return true;
  if (before.status === 'connecting') return restarts.includes(type);
  return type !== 'transport.lost'; // the request for the stream that replaces it is on its way already
}

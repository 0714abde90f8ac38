import type { ConnectionStatus, JitterKind } from '../../../index.ts';
import type { Parameter } from './parameter.ts';

/**
 * A report on a fleet, sent at most ten times a second. A client takes one letter, so a thousand fit into a kilobyte.
 */
export interface FleetFrame {
  readonly jitter: JitterKind;
  /** A letter of {@link statusLetters} for each client. */
  readonly statuses: string;
  /** How many attempts to reconnect there were in a slot of time; slots without any are left out. */
  readonly attempts: readonly (readonly [slot: number, count: number])[];
}

export const statusLetters = {
  connecting: 'c',
  open: 'o',
  backoff: 'b',
  failed: 'f',
  closed: 'x',
} as const satisfies { [Status in ConnectionStatus]: string };

/** How long a slot of the histogram is, in milliseconds. */
export const slotLength = 100;

/** The slot that a time belongs to, of the wall clock in milliseconds. */
export function slotOf(at: number): number {
  return Math.floor(at / slotLength);
}

/** How many clients a fleet may have. */
export const fleetSize: Parameter = { name: 'clients', label: 'clients', min: 10, max: 1_000, default: 100 };

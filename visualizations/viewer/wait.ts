import { backoffDelay } from '../../machines/backoff.ts';
import { type JitterKind, withJitter } from '../../machines/jitter.ts';
import type { ShownContext } from './context.ts';

/** A wait for the next attempt, and how its length came about. Times in milliseconds. */
export interface Wait {
  /** When it began and when it is due to end, on the wall clock. */
  readonly from: number;
  readonly until: number;
  /** The least that the server allows. */
  readonly floor: number;
  /** What was drawn on top of the floor; null when the wait is for the server alone. */
  readonly draw: Draw | null;
}

/** A delay that was drawn, and the range that it was drawn from. */
export interface Draw {
  readonly least: number;
  readonly most: number;
  readonly drawn: number;
  /** `own`: a function of the app made it, of a delay of `most`. */
  readonly jitter: JitterKind | 'own';
}

/** What a wait is explained by. */
interface Beginning {
  readonly at: number;
  readonly context: ShownContext;
  /** A function of the app made the delay. */
  readonly isOwnJitter: boolean;
}

/** The wait that a connection is in after an event; null when it is in none. */
export function waitOf(
  { at, context, isOwnJitter }: Beginning,
  before: { readonly context: ShownContext; readonly wait: Wait | null } | undefined,
): Wait | null {
  const { retryAt, chargedAt, notBefore, previousBackoff: drawn, settings, retries } = context;
  if (retryAt === null) return null;
  if (before?.wait?.until === retryAt) return before.wait;
  const floor = chargedAt === null ? 0 : Math.max(0, notBefore - chargedAt);
  // What does not add up was not drawn: the connection was woken, and waits for the server alone.
  if (chargedAt === null || Math.abs(chargedAt + floor + drawn - retryAt) > 1) {
    return { from: at, until: retryAt, floor: retryAt - at, draw: null };
  }
  const delay = backoffDelay(settings, retries - 1);
  const previous = before?.context.previousBackoff ?? 0;
  const edge = (random: number) => withJitter(settings, { delay, random, previous });
  const draw: Draw = isOwnJitter
    ? { least: 0, most: delay, drawn, jitter: 'own' }
    : { least: edge(0), most: edge(1), drawn, jitter: settings.jitter };
  return { from: chargedAt, until: retryAt, floor, draw };
}

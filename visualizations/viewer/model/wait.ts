import type { StateValue } from 'xstate';
import { atPaceOf, backoffDelay } from '../../../machines/backoff.ts';
import { leastProofTime } from '../../../machines/connection.ts';
import { type JitterKind, withJitter } from '../../../machines/jitter.ts';
import type { ShownContext } from './shown-context.ts';
import { pathOf } from './state-value.ts';

/** A wait, and the parts of its length. Times are in milliseconds. */
export interface Wait {
  /**
   * Its purpose. `retry`: the next attempt, which costs a retry. `free`: an attempt that costs none, because it is
   * not sure that there is no network. `release`: the server has to notice that its stream was dropped. `proof`: a
   * doubted stream has so long to show that it is alive.
   */
  readonly kind: 'retry' | 'free' | 'release' | 'proof';
  /** When it began and when it is due to end, on the wall clock. */
  readonly from: number;
  readonly until: number;
  /** The shortest possible wait: the time that the server demands, or the least time of a doubted stream. */
  readonly floor: number;
  /** The delay that was drawn on top of the floor; null when none was. */
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

/** The facts that explain a wait. */
interface Beginning {
  readonly at: number;
  readonly value: StateValue;
  readonly context: ShownContext;
  /** A function of the app made the delay. */
  readonly isOwnJitter: boolean;
}

/** The moment before, to compare with. */
type Before = Pick<Beginning, 'value' | 'context'> & { readonly wait: Wait | null };

/** The wait that a connection is in after an event; null when it is in none. */
export function waitOf(beginning: Beginning, before: Before | undefined): Wait | null {
  const path = pathOf(beginning.value);
  if (path === 'open.doubted') return proofWait(beginning, before);
  const { retryAt } = beginning.context;
  if (retryAt === null) return null;
  if (before?.wait?.until === retryAt) return before.wait;
  if (path === 'backoff.offline') return freeWait(beginning, retryAt);
  return before && pathOf(before.value).startsWith('open.replacing')
    ? releaseWait(beginning, retryAt)
    : retryWait(beginning, retryAt, before);
}

function retryWait({ at, context, isOwnJitter }: Beginning, until: number, before: Before | undefined): Wait {
  const { chargedAt, notBefore, previousBackoff: drawn, retries } = context;
  const floor = chargedAt === null ? 0 : Math.max(0, notBefore - chargedAt);
  // If the sum does not fit, no delay was drawn: the connection was woken, and waits only for the server.
  if (chargedAt === null || Math.abs(chargedAt + floor + drawn - until) > 1) {
    return { kind: 'retry', from: at, until, floor: until - at, draw: null };
  }
  const draw = drawOf(context, { retries: retries - 1, drawn, isOwnJitter }, before);
  return { kind: 'retry', from: chargedAt, until, floor, draw };
}

function releaseWait({ at }: Beginning, until: number): Wait {
  return { kind: 'release', from: at, until, floor: until - at, draw: null };
}

function freeWait({ at, context }: Beginning, until: number): Wait {
  const { maxRetryDelay: most, jitter } = context.settings;
  const drawn = until - at;
  const least = jitter === 'none' ? most : most / 2;
  // Longer than any drawn delay, so the server demands it.
  if (drawn > most + 1) return { kind: 'free', from: at, until, floor: drawn, draw: null };
  return { kind: 'free', from: at, until, floor: 0, draw: { least, most, drawn, jitter } };
}

function proofWait({ at, context, isOwnJitter }: Beginning, before: Before | undefined): Wait {
  if (before?.wait?.kind === 'proof') return before.wait;
  const { doubt, notBefore } = context;
  const { proofTime, lost } = doubt;
  const until = at + proofTime;
  if (lost === 0) return { kind: 'proof', from: at, until, floor: proofTime, draw: null };
  const floor = leastProofTime + Math.max(0, notBefore - at);
  const drawn = Math.max(0, proofTime - floor);
  const draw = drawOf(context, { retries: lost, drawn, isOwnJitter }, before);
  return { kind: 'proof', from: at, until, floor, draw };
}

/** The range that a delay was drawn from, at the pace that the stream has set. */
function drawOf(
  { settings, serverRetry }: ShownContext,
  { retries, drawn, isOwnJitter }: { retries: number; drawn: number; isOwnJitter: boolean },
  before: Before | undefined,
): Draw {
  const paced = atPaceOf(settings, serverRetry);
  const delay = backoffDelay(paced, retries);
  if (isOwnJitter) return { least: 0, most: delay, drawn, jitter: 'own' };
  const previous = retries === 0 ? 0 : (before?.context.previousBackoff ?? 0);
  const edge = (random: number) => withJitter(paced, { delay, random, previous });
  return { least: edge(0), most: edge(1), drawn, jitter: settings.jitter };
}

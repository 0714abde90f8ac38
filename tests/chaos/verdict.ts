import type { FaultPlan } from './fault-plan.ts';

/**
 * What a client has to do once an exchange ended: try again after a delay, renew its credentials and try again,
 * give up, or stop as ended. `unsure`: try again or rest, depending on how much reached it.
 */
export type Verdict = 'retry' | 'refresh' | 'fail' | 'stop' | 'unsure';

/** What a verdict depends on besides the fault. */
export interface Circumstances {
  readonly sight: Sight;
  readonly method: Method;
  /** The attempt followed a renewal of the credentials. */
  readonly afterRefresh: boolean;
  /** The client holds an event ID. */
  readonly resumable: boolean;
}

/** What a client can see of an answer: the native EventSource sees neither statuses nor comments. */
export type Sight = 'everything' | 'events';

export type Method = 'GET' | 'POST';

/** The policy of the package in its default form, said once more in terms of what a server does. */
export function verdictOn(plan: FaultPlan, circumstances: Circumstances): Verdict {
  const { sight, method, afterRefresh, resumable } = circumstances;
  if (sight === 'events') return 'retry';
  if (plan.kind === 'unauthorized') return afterRefresh ? 'fail' : 'refresh';
  if (plan.kind === 'no-content') return 'stop';
  if (plan.kind === 'forbidden' || plan.kind === 'not-found') return 'fail';
  if (method === 'GET' || !reachesBody(plan)) return 'retry';
  if (endsTidily(plan)) return 'stop';
  if (isBorderline(plan)) return 'unsure';
  return resumable ? 'retry' : 'unsure';
}

/** Whether the client has seen the whole head. */
function reachesBody({ kind, place }: FaultPlan): boolean {
  return !['status', 'garbage', 'refuse', 'drop'].includes(kind) && place.part !== 'head';
}

/** Whether all that was announced has arrived. */
function endsTidily({ kind, framing }: FaultPlan): boolean {
  return kind === 'end' || (kind === 'half-close' && framing === 'identity');
}

/** The surplus may be read first; and undici takes the reset of an answer without a length for its end. */
function isBorderline({ kind, framing }: FaultPlan): boolean {
  return kind === 'length-short' || (kind === 'reset' && framing === 'identity');
}

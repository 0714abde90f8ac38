import type { ServedPlan } from '../proxy/fault-plan.ts';

/**
 * The duty of a client once an exchange ended: try again after a delay, renew its credentials and try again, forget
 * where it was and try again, give up, or stop as ended. `unsure`: any of these, depending on how much reached it.
 */
export type Verdict = 'retry' | 'refresh' | 'restart' | 'fail' | 'stop' | 'unsure';

/** The circumstances of a verdict besides the fault. */
export interface Circumstances {
  readonly sight: Sight;
  readonly method: Method;
  /** A GET continues what a POST began. */
  readonly resumes: boolean;
  /** The server has a way to say that there is nothing more to come. */
  readonly hasFarewell: boolean;
  /** The attempt followed a renewal of the credentials. */
  readonly afterRefresh: boolean | 'unsure';
  /** The request has said after which event it resumes; undefined when it has not come. */
  readonly asked: boolean | undefined;
  /** The client has an event ID, as far as its messages tell. */
  readonly holdsId: boolean | 'unsure';
}

/** The parts of an answer that a client can see: the native EventSource sees neither statuses nor comments. */
export type Sight = 'everything' | 'events';

export type Method = 'GET' | 'POST';

/** The policy of the package in its default form, said once more in terms of what a server does. */
export function verdictOn(plan: ServedPlan, circumstances: Circumstances): Verdict {
  const { sight, method, hasFarewell, afterRefresh, asked } = circumstances;
  if (sight === 'events') return 'retry';
  if (plan.kind === 'unauthorized') return refreshes[String(afterRefresh)] ?? 'unsure';
  if (plan.kind === 'no-content') return 'stop';
  if (plan.kind === 'forbidden' || plan.kind === 'not-found') return 'fail';
  // A request that is sent again without an ID is the first one once more.
  if (plan.kind === 'gone') return asked && method === 'GET' ? 'restart' : 'fail';
  if (plan.kind === 'second') return secondVerdictOn(plan.status);
  if (method === 'GET') return 'retry';

  if (didNothing(plan)) return 'retry';
  const hasStream = reachesBody(plan);
  if (hasStream && isBorderline(plan)) return 'unsure';
  if (hasStream && endsTidily(plan) && !hasFarewell) return 'stop';
  const may = mayRepeat(circumstances, hasStream);
  if (may === 'unsure') return may;
  return may ? 'retry' : 'fail';
}

const refreshes: Readonly<Record<string, Verdict>> = { true: 'fail', false: 'refresh', unsure: 'unsure' };

/** A refusal for the stream that is open, to a client that had dropped it: only that answer counts. */
function secondVerdictOn(status: number): Verdict {
  return status === 429 || status === 503 ? 'retry' : 'fail';
}

/** Whether a server minds the second stream, rather than being in trouble or asking to come again later. */
export function mindsSecondStream({ kind, status, retryAfter }: ServedPlan): boolean {
  const isRefusal = ['second', 'status', 'unauthorized', 'no-content', 'forbidden', 'not-found', 'gone'];
  const isMild = status === 204 || (status >= 400 && status < 500);
  return isRefusal.includes(kind) && isMild && !asksToWait(retryAfter);
}

/** Whether a `Retry-After` is a time to come. */
export function asksToWait(retryAfter: ServedPlan['retryAfter']): boolean {
  return retryAfter === 'second' || retryAfter === 'date';
}

/** Whether a POST may be followed by a request that repeats nothing; perhaps something has come of its stream. */
function mayRepeat({ resumes, asked, holdsId }: Circumstances, hasStream: boolean): boolean | 'unsure' {
  if (!resumes || asked) return resumes;
  if (hasStream) return holdsId === true || 'unsure';
  return asked === undefined && holdsId;
}

/** Whether the server says that the request had no effect: a POST may be sent again. */
export function didNothing({ kind, status }: ServedPlan): boolean {
  const isAnswer = kind === 'status' || kind === 'unauthorized' || kind === 'second';
  return isAnswer && [401, 425, 429, 503].includes(status);
}

/** Whether the client has seen the whole head of a stream. */
function reachesBody({ kind, place }: ServedPlan): boolean {
  return !['status', 'garbage', 'refuse', 'drop'].includes(kind) && place.part !== 'head';
}

/** Whether all that was announced has arrived. */
export function endsTidily({ kind, framing }: ServedPlan): boolean {
  return kind === 'end' || (kind === 'half-close' && framing === 'identity');
}

/** The surplus may be read first; and undici takes the reset of an answer without a length for its end. */
export function isBorderline({ kind, framing }: ServedPlan): boolean {
  return kind === 'length-short' || (kind === 'reset' && framing === 'identity');
}

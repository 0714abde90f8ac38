import type { Role } from '../roles.ts';
import type { FaultPlan, ServedPlan } from './fault-plan.ts';

/** The answers that refuse a second stream. */
const refusals = [400, 403, 409, 429, 503] as const;

/** Of 300, how many streams a server that ends them on purpose does end. */
const endedOnPurpose = 210;

/**
 * The plan for an exchange, as a server of a role follows it. All of it follows from the plan, so that the same seed
 * gives the same.
 *
 * @param isSecond The client has a stream that is open.
 */
export function servedPlan(plan: FaultPlan, { manner, jealous, polls }: Role, isSecond: boolean): ServedPlan {
  const { surplus } = plan;
  if (jealous && isSecond) {
    return { ...plan, kind: 'second', status: refusals[surplus % refusals.length] ?? 409 };
  }
  if (polls && surplus <= endedOnPurpose) {
    return { ...plan, kind: 'end', place: { part: 'boundary', after: surplus * 10 }, keepAlive: false };
  }
  // A stream that ends amid a replay looks like one of a server that numbers anew: it is delivered then.
  const replays = manner === 'recent' || manner === 'again';
  if (!replays || plan.place.after === Infinity) return plan;
  const kind = plan.kind === 'end' || plan.kind === 'length-short' ? 'reset' : plan.kind;
  return { ...plan, kind, framing: kind === 'length-long' ? 'identity' : 'chunked' };
}

import type { ConnectionStatus } from '../../../machines/connection.ts';
import { hasRequest, type Moment } from './moment.ts';
import { pathOf } from './state-value.ts';
import type { Wait } from './wait.ts';

/** An interval of time, on the wall clock in milliseconds. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** An interval of time in one status. */
export interface Band extends Interval {
  readonly status: ConnectionStatus;
}

/** Everything that a timeline draws of a period. */
export interface TimelineData {
  readonly bands: readonly Band[];
  /** While a stream is open: when it had to show that it is alive, and had not. */
  readonly doubts: readonly Interval[];
  /** While a stream is open: when a request was on its way that is to replace it. */
  readonly replacements: readonly Interval[];
  /** When requests were made. */
  readonly attempts: readonly number[];
  readonly waits: readonly Wait[];
}

/** Everything that happened to a connection between two times. An interval that still goes on ends `now`. */
export function timelineData(
  moments: readonly Moment[],
  { from, to, now }: { from: number; to: number; now: number },
): TimelineData {
  const bands: Band[] = [];
  const doubts: Interval[] = [];
  const replacements: Interval[] = [];
  const attempts: number[] = [];
  const waits = new Set<Wait>();
  for (let index = indexAt(moments, from - 1); index < moments.length; index += 1) {
    const moment = moments[index];
    if (!moment || moment.at > to) break;
    if (moment.isAttempt && moment.at >= from) attempts.push(moment.at);
    if (moment.wait && moment.wait.until >= from) waits.add(moment.wait);
    const interval = { from: moment.at, to: moments[index + 1]?.at ?? now };
    if (moment.isLast || interval.to < from) continue;
    const { status } = moment;
    add(bands, { ...interval, status }, bands.at(-1)?.status === status);
    if (isDoubted(moment)) add(doubts, interval);
    if (status === 'open' && hasRequest(moment)) add(replacements, interval);
  }
  return { bands, doubts, replacements, attempts, waits: [...waits] };
}

function isDoubted({ value }: Moment): boolean {
  return ['open.doubted', 'open.replacing.verifying'].includes(pathOf(value));
}

/** Adds an interval, or makes the last one longer if it goes on. */
function add<Kind extends Interval>(intervals: Kind[], interval: Kind, isAlike = true): void {
  const last = intervals.at(-1);
  if (isAlike && last?.to === interval.from) intervals.splice(-1, 1, { ...last, to: interval.to });
  else intervals.push(interval);
}

/** The place of the last moment that is not after a time; the first if all of them are. */
export function indexAt(moments: readonly Moment[], time: number): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((moments[middle]?.at ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

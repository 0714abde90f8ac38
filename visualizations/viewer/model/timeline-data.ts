import type { ConnectionStatus } from '../../../machines/connection.ts';
import { hasRequest, type Moment } from './moment.ts';
import { pathOf } from './state-value.ts';
import type { Wait } from './wait.ts';

/** A stretch of time, on the wall clock in milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A stretch of time in one status. */
export interface Band extends Stretch {
  readonly status: ConnectionStatus;
}

/** Everything that a timeline draws of a stretch of time. */
export interface Tape {
  readonly bands: readonly Band[];
  /** While a stream is open: when it had to show that it is alive, and had not. */
  readonly doubts: readonly Stretch[];
  /** While a stream is open: when a request was on its way that is to replace it. */
  readonly replacements: readonly Stretch[];
  /** When requests were made. */
  readonly attempts: readonly number[];
  readonly waits: readonly Wait[];
}

/** Everything that happened to a connection between two times. A stretch that still goes on ends `now`. */
export function tapeOf(
  moments: readonly Moment[],
  { from, to, now }: { from: number; to: number; now: number },
): Tape {
  const bands: Band[] = [];
  const doubts: Stretch[] = [];
  const replacements: Stretch[] = [];
  const attempts: number[] = [];
  const waits = new Set<Wait>();
  for (let index = indexAt(moments, from - 1); index < moments.length; index += 1) {
    const moment = moments[index];
    if (!moment || moment.at > to) break;
    if (moment.isAttempt && moment.at >= from) attempts.push(moment.at);
    if (moment.wait && moment.wait.until >= from) waits.add(moment.wait);
    const stretch = { from: moment.at, to: moments[index + 1]?.at ?? now };
    if (moment.isLast || stretch.to < from) continue;
    const { status } = moment;
    add(bands, { ...stretch, status }, bands.at(-1)?.status === status);
    if (isDoubted(moment)) add(doubts, stretch);
    if (status === 'open' && hasRequest(moment)) add(replacements, stretch);
  }
  return { bands, doubts, replacements, attempts, waits: [...waits] };
}

function isDoubted({ value }: Moment): boolean {
  return ['open.doubted', 'open.replacing.verifying'].includes(pathOf(value));
}

/** Adds a stretch, or makes the last one longer if it goes on. */
function add<Kind extends Stretch>(stretches: Kind[], stretch: Kind, isAlike = true): void {
  const last = stretches.at(-1);
  if (isAlike && last?.to === stretch.from) stretches.splice(-1, 1, { ...last, to: stretch.to });
  else stretches.push(stretch);
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

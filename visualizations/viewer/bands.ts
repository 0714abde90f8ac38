import type { ConnectionStatus } from '../../machines/connection.ts';
import type { Moment } from './moment.ts';
import type { Wait } from './wait.ts';

/** A stretch of time in one status, on the wall clock in milliseconds. */
export interface Band {
  readonly status: ConnectionStatus;
  readonly from: number;
  readonly to: number;
}

/** What a timeline draws of a stretch of time. */
export interface Tape {
  readonly bands: readonly Band[];
  /** When requests were sent. */
  readonly attempts: readonly number[];
  readonly waits: readonly Wait[];
}

/** What happened to a connection between two times; what still goes on ends `now`. */
export function tapeOf(
  moments: readonly Moment[],
  { from, to, now }: { from: number; to: number; now: number },
): Tape {
  const bands: Band[] = [];
  const attempts: number[] = [];
  const waits = new Set<Wait>();
  for (let index = indexAt(moments, from - 1); index < moments.length; index += 1) {
    const moment = moments[index];
    if (!moment || moment.at > to) break;
    if (moment.isAttempt && moment.at >= from) attempts.push(moment.at);
    if (moment.wait && moment.wait.until >= from) waits.add(moment.wait);
    const band = { status: moment.status, from: moment.at, to: moments[index + 1]?.at ?? now };
    if (moment.isLast || band.to < from) continue;
    const last = bands.at(-1);
    if (last?.status === band.status && last.to === band.from) bands.splice(-1, 1, { ...last, to: band.to });
    else bands.push(band);
  }
  return { bands, attempts, waits: [...waits] };
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

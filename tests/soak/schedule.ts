export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** The soak lasts from nine in the morning to nine in the morning, 30 days later. */
export const begin = Date.UTC(2026, 0, 1) + 9 * hour;
export const end = begin + 30 * day;

/** Milliseconds between a request and its answer. */
export const latency = { least: 20, most: 200 };

/** How long it takes until somebody presses the button of an app that gave up. */
export const patience = { least: 30 * second, most: 120 * second };

export const keepAliveEvery = 15 * second;

/** A deploy: the streams are cut at `from`, and requests are turned away until `to`. */
export interface Outage {
  readonly from: number;
  readonly to: number;
  readonly answer: 'refused' | '503' | '503 with Retry-After';
  /** In milliseconds. */
  readonly retryAfter: number;
  /** Whether the streams end as they should or break. */
  readonly isGraceful: boolean;
}

/** A deploy every six hours, at 0, 6, 12 and 18 o'clock. */
export function drawOutages(random: () => number): Outage[] {
  return Array.from({ length: 120 }, (_, index) => {
    const from = begin + 3 * hour + index * 6 * hour;
    const answer = pick(['refused', '503', '503 with Retry-After'] as const, random);
    return {
      from,
      to: from + Math.round(between(20 * second, 90 * second, random)),
      answer,
      retryAfter: answer === '503 with Retry-After' ? Math.ceil(between(0, 10, random)) * second : 0,
      isGraceful: random() < 0.5,
    };
  });
}

/** A laptop that is closed, and what its page tells once it is opened again. */
export interface Night {
  readonly from: number;
  readonly to: number;
  readonly tells: 'online' | 'resume' | 'visible' | 'nothing';
  /** How long it takes after waking until there is a network, in milliseconds. */
  readonly offlineFor: number;
}

/** Eight hours each night. Some begin or end in the middle of a deploy. */
export function drawNights(random: () => number): Night[] {
  return Array.from({ length: 30 }, (_, index) => {
    const [earliest, latest] = pick(bedtimes, random);
    const from = begin + index * day + 13 * hour + Math.round(between(earliest, latest, random));
    const tells = pick(['online', 'resume', 'visible', 'nothing'] as const, random);
    const offlineFor = tells === 'online' ? Math.round(between(2 * second, 20 * second, random)) : 0;
    return { from, to: from + 8 * hour, tells, offlineFor };
  });
}

/** After 22 o'clock: anywhen, so that it wakes just after the deploy at 6, and in the deploy at 0. */
const bedtimes = [
  [0, 2 * hour],
  [0, 2 * hour],
  [0, 2 * hour],
  [0, 2 * hour],
  [0, minute],
  [2 * hour, 2 * hour + minute],
] as const;

export function between(least: number, most: number, random: () => number): number {
  return least + (most - least) * random();
}

function pick<Value>(values: readonly [Value, ...Value[]], random: () => number): Value {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

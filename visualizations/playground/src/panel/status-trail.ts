import type { ConnectionStatus } from 'sse-machine';

export interface Step {
  readonly status: ConnectionStatus;
  readonly since: number;
}

/** A stretch of the tape, as shares of its length. */
export interface Stretch {
  readonly status: ConnectionStatus;
  readonly from: number;
  readonly length: number;
}

/** How much time the tape shows, in milliseconds. */
export const tapeLength = 60_000;

const mostSteps = 200;

/** Adds a step, unless nothing changed. */
export function stepTo(trail: readonly Step[], status: ConnectionStatus, now = Date.now()): readonly Step[] {
  if (trail.at(-1)?.status === status) return trail;
  return [...trail, { status, since: now }].slice(-mostSteps);
}

/** The last minute of a trail, `now` at the right end. */
export function stretches(trail: readonly Step[], now: number): Stretch[] {
  const start = now - tapeLength;
  return trail.flatMap(({ status, since }, index) => {
    const until = trail[index + 1]?.since ?? now;
    const from = (Math.max(start, since) - start) / tapeLength;
    const to = (until - start) / tapeLength;
    // A status of a few milliseconds gets a hairline.
    return until <= start ? [] : [{ status, from, length: Math.max(0.003, to - from) }];
  });
}

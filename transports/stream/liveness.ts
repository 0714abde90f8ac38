import type { ConnectionClock } from '../../machines/clock.ts';

/** The longest time between two looks at an open stream, in milliseconds. */
const round = 15_000;

/** Browsers run the timers of hidden pages once a minute. A timer that is later than this, in milliseconds, slept. */
const latest = 75_000;

/** Data that come within this time after a sleep may have been in a buffer, in milliseconds. */
export const bufferTime = 500;

/** The shortest idle timeout of `'auto'`, in milliseconds. */
const shortest = 6_000;

/** A learned idle timeout that is longer than this is not doubled any more, in milliseconds. */
const patient = 120_000;

/** Keep-alives that are closer together than this, in milliseconds, came in one burst. */
const burst = 1_000;

/** The cadence of a server's keep-alives, as a connection has learned it. It is kept from one stream to the next. */
export interface Cadence {
  /** The last gaps between keep-alives, in milliseconds; the latest first. */
  gaps: readonly number[];
  /** The factor that lengthens the learned timeout, because the server may be slower than it seemed. */
  caution: number;
}

export function createCadence(): Cadence {
  return { gaps: [], caution: 1 };
}

interface LivenessOptions {
  readonly clock: ConnectionClock;
  /** In milliseconds; 0 for none. */
  readonly idleTimeout: number | 'auto';
  readonly cadence: Cadence;
  /** The stream was silent for longer than allowed. */
  readonly onIdle: (limit: number) => void;
  /** The machine slept while the stream was open. */
  readonly onOverslept: () => void;
  /** The stream gave a sign of life when it was asked for one. */
  readonly onAlive: () => void;
  /** Called now and then while the stream is open. */
  readonly onLook: () => void;
}

/**
 * Watches for silence on an open stream, by the wall clock. One timer serves for everything: a sign of life only
 * moves the times that the timer compares when it fires.
 */
export function createLiveness(options: LivenessOptions) {
  const { clock, idleTimeout, cadence, onIdle, onOverslept, onAlive, onLook } = options;
  let timer: unknown;
  let due = 0;
  let lastSign = 0;
  let lastKeepAlive: number | undefined;
  let learned = 0;
  /** When a sign of life was asked for; undefined when none is. */
  let askedAt: number | undefined;

  function limit(): number {
    if (idleTimeout !== 'auto') return idleTimeout || Infinity;
    const gap = Math.max(...cadence.gaps); // of none: -Infinity
    return gap > 0 ? Math.max(shortest, 3 * gap) * cadence.caution : Infinity;
  }

  function plan(): void {
    const now = clock.now();
    clock.clearTimeout(timer);
    due = Math.min(now + round, lastSign + limit());
    timer = clock.setTimeout(look, due - now);
  }

  function look(): void {
    const now = clock.now();
    const allowed = limit();
    const isLate = now - due > latest;
    if (now < lastSign) lastSign = now; // the clock was set back
    if (now - lastSign >= allowed && !isLate) {
      // The learned gaps may be too short: the server had sent more often at first, or sends less often now.
      if (allowed < patient) cadence.caution *= 2;
      onIdle(allowed);
      return;
    }
    if (isLate) lastSign = now; // nobody listened meanwhile, so the silence proves nothing
    plan();
    onLook();
    if (isLate) onOverslept();
  }

  /** A late keep-alive and a punctual one after it look like a short gap, so the longer of the last two counts. */
  function learn(now: number): void {
    const gap = now - (lastKeepAlive ?? now);
    if (lastKeepAlive !== undefined && gap < burst) return;
    lastKeepAlive = now;
    if (gap <= 0) return;
    cadence.gaps = [gap, ...cadence.gaps.slice(0, 1)];
    learned += 1;
    if (learned > 2) cadence.caution = Math.max(1, cadence.caution / 2);
  }

  return {
    start(): void {
      lastSign = clock.now();
      plan();
    },
    stop: () => clock.clearTimeout(timer),
    /** Something has come: data, or a keep-alive. */
    heard(isKeepAlive: boolean): void {
      lastSign = clock.now();
      if (isKeepAlive && idleTimeout === 'auto') {
        learn(lastSign);
        if (lastSign + limit() < due) plan(); // the learned limit is now shorter
      }
      if (askedAt === undefined || lastSign - askedAt <= bufferTime) return;
      askedAt = undefined;
      onAlive();
    },
    /** Asks for a sign of life. */
    prove(): void {
      askedAt = lastSign = clock.now();
      plan();
    },
  };
}

import type { ConnectionClock } from '../../machines/clock.ts';

/** How far apart the looks at an open stream are at most, in milliseconds. */
const round = 15_000;

/** Browsers run the timers of hidden pages once a minute. One that is later than this, in ms, was asleep. */
const latest = 75_000;

/** Data that comes in the first moments after a sleep may have been waiting in a buffer, in milliseconds. */
export const bufferTime = 500;

/** The shortest idle timeout that is learned, in milliseconds. */
const shortest = 6_000;

/** An idle timeout that was learned is not doubted any more once it is longer than this, in milliseconds. */
const patient = 120_000;

/** Keep-alives that are closer together than this, in milliseconds, came in one burst. */
const burst = 1_000;

/** The cadence of a server's keep-alives, as a connection has learned it, from one stream to the next. */
export interface Cadence {
  /** How far apart the last keep-alives were, in milliseconds; the latest first. */
  gaps: readonly number[];
  /** How many times longer to wait for one than was learned: the server may be slower than it seemed. */
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
  /** Nobody was awake to hear the stream. */
  readonly onOverslept: () => void;
  /** The stream gave a sign of life when it was asked for one. */
  readonly onAlive: () => void;
  /** Called now and then while the stream is open. */
  readonly onLook: () => void;
}

/**
 * Watches over the silence of an open stream, by the wall clock. One timer serves for everything: a sign of
 * life only moves the times that it looks at when it fires.
 */
export function createLiveness(options: LivenessOptions) {
  const { clock, idleTimeout, cadence, onIdle, onOverslept, onAlive, onLook } = options;
  let timer: unknown;
  let due = 0;
  let lastSign = 0;
  let lastKeepAlive: number | undefined;
  let learned = 0;
  /** Since when a sign of life is asked for. */
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
      // The gaps that were learned may have been a prelude, or the server has changed its ways.
      if (allowed < patient) cadence.caution *= 2;
      onIdle(allowed);
      return;
    }
    if (isLate) lastSign = now; // nobody can have heard anything meanwhile, so the silence says nothing
    plan();
    onLook();
    if (isLate) onOverslept();
  }

  /** One keep-alive that is late and the next one in time look like a short gap: the longer of two counts. */
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
    /** Something has come; perhaps for no other reason than to be heard. */
    heard(isKeepAlive: boolean): void {
      lastSign = clock.now();
      if (isKeepAlive && idleTimeout === 'auto') {
        learn(lastSign);
        if (lastSign + limit() < due) plan(); // what was learned last is stricter
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

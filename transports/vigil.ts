import type { ConnectionClock } from '../machines/clock.ts';
import type { MessageBatch } from '../machines/message.ts';
import type { StreamMemory } from './memory.ts';

/** How far apart the looks at an open stream are at most, in milliseconds. */
const round = 15_000;

/** Browsers run the timers of hidden pages once a minute. One that is later than this, in ms, was asleep. */
const latest = 75_000;

/** How long a stream that is doubted has for a sign of life, in milliseconds. */
export const proofTime = 5_000;

/** What comes in the first moments after a sleep may have been waiting in a buffer, in milliseconds. */
export const bufferTime = 500;

/** The shortest and the longest idle timeout that is learned, in milliseconds. */
const [shortest, longest] = [6_000, 120_000];

/** Keep-alives that are closer together than this, in milliseconds, came in one burst. */
const burst = 1_000;

/** Events that servers send for no other reason than to be heard. */
const keepAliveName = /^(ping|heart-?beat|keep-?alive)$/i;

interface VigilOptions {
  readonly clock: ConnectionClock;
  /** In milliseconds; 0 for none. */
  readonly idleTimeout: number | 'auto';
  readonly memory: StreamMemory;
  /** The stream was silent for longer than allowed. */
  readonly onIdle: (limit: number) => void;
  /** The stream gave no sign of life when it should have. */
  readonly onDoubt: () => void;
}

/**
 * Watches over the silence of an open stream, by the wall clock. One timer serves for everything: a sign of
 * life only moves the times that it looks at when it fires.
 */
export function createVigil({ clock, idleTimeout, memory, onIdle, onDoubt }: VigilOptions) {
  let timer: unknown;
  let due = 0;
  let lastSign = 0;
  let lastKeepAlive: number | undefined;
  let learned = 0;
  let doubtedAt = Infinity;

  function limit(): number {
    if (idleTimeout !== 'auto') return idleTimeout || Infinity;
    const cadence = Math.max(...memory.keepAliveGaps); // of none: -Infinity
    return cadence > 0 ? Math.min(longest, Math.max(shortest, 3 * cadence) * memory.caution) : Infinity;
  }

  function plan(now: number): void {
    due = Math.min(now + round, lastSign + limit(), doubtedAt + proofTime);
    timer = clock.setTimeout(look, due - now);
  }

  function look(): void {
    const now = clock.now();
    const allowed = limit();
    const isLate = now - due > latest;
    const isUnproven = now - doubtedAt >= proofTime;
    if (now < lastSign) lastSign = now; // the clock was set back
    if (now - lastSign >= allowed && !isLate) {
      // What was learned may have been a prelude, or the server has changed its ways.
      if (allowed < longest) memory.caution *= 2;
      onIdle(allowed);
      return;
    }
    if (isUnproven) doubtedAt = Infinity;
    if (isLate) doubt(); // nobody can have heard anything meanwhile, so the silence says nothing
    plan(now);
    if (isUnproven) onDoubt();
  }

  function doubt(): void {
    doubtedAt = lastSign = clock.now();
  }

  function planAnew(): void {
    clock.clearTimeout(timer);
    plan(clock.now());
  }

  /** One keep-alive that is late and the next one in time look like a short gap: the longer of two counts. */
  function learn(now: number): void {
    const gap = now - (lastKeepAlive ?? now);
    if (lastKeepAlive !== undefined && gap < burst) return;
    lastKeepAlive = now;
    if (gap <= 0) return;
    memory.keepAliveGaps = [gap, ...memory.keepAliveGaps.slice(0, 1)];
    learned += 1;
    if (learned > 2) memory.caution = Math.max(1, memory.caution / 2);
  }

  return {
    start(): void {
      lastSign = clock.now();
      lastKeepAlive = undefined;
      learned = 0;
      doubtedAt = Infinity;
      planAnew();
    },
    stop: () => clock.clearTimeout(timer),
    /** Something has come. */
    feed({ messages, keepAlive = false }: MessageBatch): void {
      lastSign = clock.now();
      if (lastSign - doubtedAt > bufferTime) doubtedAt = Infinity;
      if (idleTimeout !== 'auto') return;
      if (keepAlive || messages.some(({ event }) => keepAliveName.test(event))) learn(lastSign);
      if (lastSign + limit() < due) planAnew(); // what was learned last is stricter
    },
    /** The stream has to prove that it is alive. */
    prove(): void {
      if (doubtedAt === Infinity) doubt();
      planAnew();
    },
  };
}

import type { ConnectionEvent } from '../../machines/connection.ts';
import { type Attempt, change, type Draft, fail, lookInterval, type Model, tell } from './model.ts';

/** Something that happens by itself when time passes. */
export interface Due {
  /** When it happens, on the wall clock in milliseconds. */
  readonly at: number;
  /** Its description for a person; undefined when nobody notices it. */
  readonly what?: string | undefined;
  readonly happen: (draft: Draft) => void;
}

/** Browsers run the timers of hidden pages once a minute. A timer that is later than this, in milliseconds, slept. */
const asleepAfter = 75_000;

/** The next thing that is due, noticed or not. */
export function nextDue(model: Model): Due | undefined {
  return duesOf(model).sort((one, other) => one.at - other.at)[0];
}

/** The next due thing that can be noticed, if any. */
export function nextNoticed(model: Model): (Due & { readonly what: string }) | undefined {
  const noticed = duesOf(model).flatMap(({ what, ...due }) => (what === undefined ? [] : [{ ...due, what }]));
  return noticed.sort((one, other) => one.at - other.at)[0];
}

function duesOf({ timers, attempts, options }: Model): Due[] {
  return [
    ...Object.entries(timers).map(([type, at]) => ({
      at,
      what: wordsOf(type),
      happen: (draft: Draft) => fire(draft, type),
    })),
    ...Object.entries(attempts).flatMap(([id, attempt]) => [
      ...timeoutOf(id, attempt),
      ...silenceOf(id, attempt, options.idleTimeout),
    ]),
  ];
}

function wordsOf(timer: string): string {
  if (timer.includes('retryDelay')) return 'the next attempt is due';
  return timer.includes('proofTime') ? 'no sign of life comes in time' : 'the stream has lasted';
}

function fire(draft: Draft, type: string): void {
  const { [type]: _, ...others } = draft.timers;
  draft.timers = others;
  tell(draft, { type } as unknown as ConnectionEvent);
}

function timeoutOf(id: string, { phase, timeoutAt }: Attempt): Due[] {
  if (phase === 'streaming' || timeoutAt === Infinity) return [];
  const happen = (draft: Draft) => fail(draft, id, { kind: 'timeout' });
  return [{ at: timeoutAt, what: 'no answer comes in time', happen }];
}

function silenceOf(id: string, { phase, heardAt, lookAt }: Attempt, idleTimeout: unknown): Due[] {
  if (phase !== 'streaming') return [];
  const limit = typeof idleTimeout === 'number' && idleTimeout > 0 ? idleTimeout : Infinity;
  const happen = (draft: Draft) => look(draft, id, limit);
  return [
    { at: heardAt + limit, what: 'the stream is silent for too long', happen },
    { at: lookAt, happen },
  ].filter(({ at }) => at < Infinity);
}

/** Checks the silence of a stream. After a sleep, this is later than planned. */
function look(draft: Draft, id: string, limit: number): void {
  const { now, attempts } = draft;
  const { heardAt = now, lookAt = now } = attempts[id] ?? {};
  const isLate = now - Math.min(heardAt + limit, lookAt) > asleepAfter;
  if (now - heardAt >= limit && !isLate) {
    fail(draft, id, { kind: 'idle' });
    return;
  }
  change(draft, id, { lookAt: now + lookInterval, ...(isLate && { heardAt: now }) });
  if (isLate) tell(draft, { type: 'stream.overslept' });
}

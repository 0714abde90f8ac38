import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConnectionClock } from '../../machines/clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import type { Night } from './schedule.ts';
import type { Appointment, SimulationClock } from './simulation-clock.ts';

interface Timer {
  due: number;
  readonly callback: () => void;
  appointment: Appointment;
}

/** Whose code is running: many pages share one process, but each has globals of its own. */
const running = new AsyncLocalStorage<Laptop>();

/** The globals of whichever page is running. */
export const pageGlobals = {
  addEventListener: (type: string, listener: () => void, { signal }: { signal: AbortSignal }) =>
    running.getStore()?.listen(type, listener, signal),
  document: {
    get visibilityState() {
      return running.getStore()?.isHidden ? 'hidden' : 'visible';
    },
  },
  navigator: {
    get onLine() {
      return !running.getStore()?.isOffline;
    },
  },
};

/** A machine with a page on it. While it sleeps no timer runs, but its wall clock moves on. */
export class Laptop implements ConnectionClock {
  isHidden = false;
  isOffline = false;
  readonly random: () => number;
  readonly #clock: SimulationClock;
  readonly #catchesUp: boolean;
  readonly #timers = new Set<Timer>();
  readonly #listeners = new Set<{ readonly type: string; readonly listener: () => void }>();

  constructor(clock: SimulationClock, seed: number) {
    this.#clock = clock;
    this.random = seededRandom(seed);
    // Platforms differ: after sleep a timer is either overdue or has the rest of its time still to run.
    this.#catchesUp = seed % 2 === 0;
  }

  /** How many timers and listeners of the page are left. */
  get leftovers(): number {
    return this.#timers.size + this.#listeners.size;
  }

  now = (): number => this.#clock.now;

  setTimeout = (callback: () => void, delay: number): Timer => {
    const due = this.#clock.now + delay;
    const timer: Timer = { due, callback, appointment: this.#clock.at(due, () => this.#fire(timer)) };
    this.#timers.add(timer);
    return timer;
  };

  clearTimeout = (timer: unknown): void => {
    if (!this.#timers.delete(timer as Timer)) return;
    (timer as Timer).appointment.isCancelled = true;
  };

  /** Runs code of the page. */
  readonly inside: <Result>(code: () => Result) => Result = running.run(this, () =>
    AsyncLocalStorage.snapshot(),
  );

  // Not an EventTarget: that of Node forgets to remove listeners when several share a signal and a target.
  listen(type: string, listener: () => void, signal: AbortSignal): void {
    const entry = { type, listener };
    this.#listeners.add(entry);
    signal.addEventListener('abort', () => this.#listeners.delete(entry));
  }

  sleep({ tells }: Night): void {
    if (tells === 'visible') this.#tell('visibilitychange', { isHidden: true });
    for (const timer of this.#timers) timer.appointment.isCancelled = true;
  }

  wake({ from, to, tells, offlineFor }: Night): void {
    for (const timer of [...this.#timers].sort((one, other) => one.due - other.due)) {
      if (!this.#catchesUp) timer.due += to - from;
      timer.appointment = this.#clock.at(timer.due, () => this.#fire(timer));
    }
    if (tells === 'resume') this.#tell('resume');
    if (tells === 'visible') this.#tell('visibilitychange', { isHidden: false });
    if (tells !== 'online') return;
    this.#tell('offline', { isOffline: true });
    this.#clock.at(to + offlineFor, () => this.#tell('online', { isOffline: false }));
  }

  #tell(type: string, change: { isHidden?: boolean; isOffline?: boolean } = {}): void {
    Object.assign(this, change);
    for (const entry of [...this.#listeners]) {
      if (entry.type === type && this.#listeners.has(entry)) this.inside(entry.listener);
    }
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.inside(timer.callback);
  }
}

import type { ConnectionClock } from '../../machines/clock.ts';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** Time that moves only when a test moves it, and chance that a test sets. */
export class TestClock implements ConnectionClock {
  /** What the next draws give; the last one stays. */
  draws: number[] = [0.5];
  #time: number;
  #timers = new Map<number, Timer>();
  #count = 0;

  constructor(startsAt = 1_000_000) {
    this.#time = startsAt;
  }

  now = (): number => this.#time;

  random = (): number => (this.draws.length > 1 ? this.draws.shift() : this.draws[0]) ?? 0.5;

  setTimeout = (callback: () => void, delay: number): number => {
    this.#count += 1;
    this.#timers.set(this.#count, { due: this.#time + delay, callback });
    return this.#count;
  };

  clearTimeout = (timer: unknown): void => {
    this.#timers.delete(timer as number);
  };

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on by `ms`, firing every timer at its own time, also those that a timer starts. */
  advance(ms: number): void {
    const end = this.#time + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [id, { due, callback }] = next;
      this.#timers.delete(id);
      this.#time = Math.max(this.#time, due);
      callback();
    }
    this.#time = end;
  }

  /** Time passes and nobody is awake: what was due meanwhile fires late. */
  passUnnoticed(ms: number): void {
    this.#time += ms;
  }

  #next(end: number): [number, Timer] | undefined {
    return [...this.#timers].filter(([, { due }]) => due <= end).sort(([, a], [, b]) => a.due - b.due)[0];
  }
}

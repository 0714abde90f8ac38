/** Something that is due at a time of the {@link SimulationClock}. */
export interface Appointment {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** The one time of everything that is simulated, in milliseconds. A heap, because a month has millions of timers. */
export class SimulationClock {
  #now: number;
  #heap: Appointment[] = [];
  #count = 0;

  constructor(now: number) {
    this.#now = now;
  }

  get now(): number {
    return this.#now;
  }

  /** Makes an appointment. Those at the same time run in the order in which they were made. */
  at(time: number, run: () => void): Appointment {
    this.#count += 1;
    const appointment = { at: Math.max(time, this.#now), order: this.#count, run, isCancelled: false };
    this.#heap.push(appointment);
    this.#rise(this.#heap.length - 1);
    return appointment;
  }

  /** Moves on to `end`. The promises that an appointment settles are heard before the next one. */
  async runUntil(end: number): Promise<void> {
    for (let next = this.#heap[0]; next && next.at <= end; next = this.#heap[0]) {
      this.#removeFirst();
      if (next.isCancelled) continue;
      this.#now = next.at;
      next.run();
      await new Promise<void>((resolve) => process.nextTick(resolve)); // after every microtask
    }
    this.#now = end;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let child = from, parent = (child - 1) >> 1; child > 0; child = parent, parent = (child - 1) >> 1) {
      const [low, high] = [heap[child], heap[parent]];
      if (!low || !high || !isBefore(low, high)) return;
      heap[parent] = low;
      heap[child] = high;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1;
      const [high, one, other] = [heap[parent], heap[left], heap[left + 1]];
      const child = one && other && isBefore(other, one) ? left + 1 : left;
      const low = heap[child];
      if (!high || !low || !isBefore(low, high)) return;
      heap[parent] = low;
      heap[child] = high;
      parent = child;
    }
  }
}

function isBefore(one: Appointment, other: Appointment): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

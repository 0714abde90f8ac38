import { type ErrorReporter, report } from '../transports/report.ts';

interface Entry<Value> {
  listener: (value: Value) => void;
}

/**
 * The listeners to one thing. One that is added is called from the next time on; one that is removed, never again.
 * One that throws is reported, and the others are still called. This is on the hot path.
 */
export class Listeners<Value> {
  /** Never changed, but replaced, so that a call that is under way goes on with the old list. */
  #all: readonly Entry<Value>[] = [];

  add(listener: (value: Value) => void): () => void {
    const known = this.#all.find((entry) => entry.listener === listener);
    const entry = known ?? { listener };
    if (!known) this.#all = [...this.#all, entry];
    return () => {
      entry.listener = () => {}; // for a call that is under way
      this.#all = this.#all.filter((other) => other !== entry);
    };
  }

  get size(): number {
    return this.#all.length;
  }

  call(value: Value, reporter: ErrorReporter): void {
    for (const { listener } of this.#all) callGuarded(listener, value, reporter);
  }
}

/** Calls a function of the app. If it throws, that is reported. */
export function callGuarded<Value>(
  listener: (value: Value) => void,
  value: Value,
  reporter: ErrorReporter,
): void {
  try {
    listener(value);
  } catch (error) {
    report(reporter, error);
  }
}

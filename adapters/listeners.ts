import { type ErrorReporter, report } from '../transports/report.ts';

type Listener<Value> = (value: Value) => void;

/**
 * Those who listen to one thing. Whoever is added is called from the next time on; whoever is removed, never again.
 * One that throws is reported, and keeps nobody from being called. This is on the hot path.
 */
export class Listeners<Value> {
  /** Replaced when one is added: a call that is under way goes on with those there were. */
  #all: Listener<Value>[] = [];

  add(listener: Listener<Value>): () => void {
    if (!this.#all.includes(listener)) this.#all = [...this.#all, listener];
    return () => {
      const index = this.#all.indexOf(listener);
      if (index < 0) return;
      this.#all[index] = () => {}; // for a call that is under way
      this.#all = this.#all.filter((_, other) => other !== index);
    };
  }

  call(value: Value, reporter: ErrorReporter): void {
    for (const listener of this.#all) {
      try {
        listener(value);
      } catch (error) {
        report(reporter, error);
      }
    }
  }
}

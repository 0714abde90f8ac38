// Imported before anything else, so that no framework keeps the platform's own functions.
const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
const pending = new Set<unknown>();

/** Calls back after a time, unless it is cancelled, with a timer that is not counted. */
export function uncountedTimer(callback: () => void, delay: number): () => void {
  const timer = setTimeout(callback, delay);
  return () => clearTimeout(timer);
}

/** How many timers wait to fire. */
export function countTimers(): number {
  return pending.size;
}

Object.assign(globalThis, {
  setTimeout(callback: (...values: unknown[]) => void, delay?: number, ...values: unknown[]) {
    const timer = setTimeout(() => {
      pending.delete(timer);
      callback(...values);
    }, delay);
    pending.add(timer);
    return timer;
  },
  setInterval(callback: (...values: unknown[]) => void, delay?: number, ...values: unknown[]) {
    const timer = setInterval(callback, delay, ...values);
    pending.add(timer);
    return timer;
  },
  clearTimeout(timer: number) {
    pending.delete(timer);
    clearTimeout(timer);
  },
  clearInterval(timer: number) {
    pending.delete(timer);
    clearInterval(timer);
  },
});

/** How often it is seen that this process runs, and how late that may be, in milliseconds. */
const interval = 50;
const late = 100;

/** A clock that stands still while this process does. */
export interface OwnTime {
  /** Milliseconds since the start in which this process could have read something. */
  now(): number;
  stop(): void;
}

/**
 * Starts a clock that leaves out the times in which this process was held up, by long work of its
 * own or by a busy machine: what waits to be read meanwhile was not late on the way.
 */
export function startOwnTime(): OwnTime {
  let seen = performance.now();
  let time = 0;
  const now = () => {
    const passed = performance.now() - seen;
    seen += passed;
    time += passed > interval + late ? interval : passed;
    return time;
  };
  const timer = setInterval(now, interval);
  timer.unref();
  return { now, stop: () => clearInterval(timer) };
}

// Read before a test runner replaces them by fakes.
const { setTimeout, clearTimeout, setImmediate } = globalThis as typeof globalThis & {
  readonly setImmediate?: (callback: () => void) => unknown;
};

/** If the fakes came first, only promises can go on. */
const isFaked = 'clock' in setTimeout;

/** Lets the event loop turn once; with faked timers, lets as many promises go on as a transport can have in a row. */
export async function turn(): Promise<void> {
  if (isFaked) {
    for (let n = 0; n < 100; n += 1) await null;
    return;
  }
  await new Promise<void>((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

/** Calls back after `ms` milliseconds of real time. The timer does not keep the process alive. */
export function afterRealTime(ms: number, callback: () => void): { cancel(): void } {
  const timer: unknown = setTimeout(callback, ms);
  (timer as { unref?(): void }).unref?.();
  return { cancel: () => clearTimeout(timer as number) };
}

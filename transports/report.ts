/** Where the faults of an app's own functions go. */
export type ErrorReporter = (error: unknown) => void;

/** Reports to the window's `error` listeners where there are any, else to the console. */
export const defaultReporter: ErrorReporter = (error) => {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
  else console.error(error);
};

/** Reports a fault that must not stop anything, not even when the reporter itself throws. */
export function report(reporter: ErrorReporter, error: unknown): void {
  try {
    reporter(error);
  } catch (fault) {
    console.error(fault);
  }
}

/** Calls a function of the app; whatever it throws is reported. */
export function guarded<Result>(reporter: ErrorReporter, call: () => Result): Result | undefined {
  try {
    return call();
  } catch (error) {
    report(reporter, error);
    return undefined;
  }
}

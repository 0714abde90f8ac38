/**
 * Where the faults of an app's own functions go: what was thrown, or a `ConnectionError` with it as the `cause`.
 * The message of such an error may be private. It gets nowhere else but to the `cause` of `state.error`, which no event and
 * no snapshot holds.
 */
export type ErrorReporter = (error: unknown) => void;

/** Reports to the window's `error` listeners where there are any, else to the console. */
export const defaultReporter: ErrorReporter = (error) => (globalThis.reportError ?? console.error)(error);

/** Reports a fault that must not stop anything, not even when the reporter itself throws. */
export function report<Fault>(reporter: (fault: Fault) => void, error: Fault): void {
  try {
    reporter(error);
  } catch (fault) {
    console.error(fault);
  }
}

/**
 * Gets the errors of an app's own functions: the thrown value, or a `ConnectionError` with it as the `cause`. The
 * message of such an error may be private. Apart from here, it is only in the `cause` of `state.error`, which no
 * event and no snapshot holds.
 */
export type ErrorReporter = (error: unknown) => void;

/**
 * Calls the global `reportError`, which reaches the `error` listeners of the window; where there is none, the
 * console.
 */
export const defaultReporter: ErrorReporter = (error) => (globalThis.reportError ?? console.error)(error);

/** Reports a fault. Nothing is thrown, even when the reporter itself throws. */
export function report<Fault>(reporter: (fault: Fault) => void, error: Fault): void {
  try {
    reporter(error);
  } catch (fault) {
    console.error(fault);
  }
}

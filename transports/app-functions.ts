import { ConnectionError, type FailureKind, isConnectionError } from '../machines/connection-error.ts';
import type { Message } from '../machines/message.ts';
import { type ErrorReporter, report } from './report.ts';
import type { MessageMatcher, Supplied } from './transport.ts';

/**
 * Gets the value of an option that may be a function of the app.
 *
 * If the function throws, that is reported, and the attempt fails with `kind`. By default it is retried, because such
 * a function often asks a server that may be restarting too. A {@link ConnectionError} is passed on as it is.
 */
export async function supply<Value>(
  name: string,
  value: Supplied<Value>,
  reporter: ErrorReporter,
  kind: FailureKind = 'network',
): Promise<Value> {
  try {
    return await (typeof value === 'function' ? (value as () => Value | Promise<Value>)() : value);
  } catch (cause) {
    if (isConnectionError(cause)) throw cause;
    const error = new ConnectionError(kind, `\`${name}\` threw, so no request was sent.`, {
      cause,
      unsent: true,
    });
    report(reporter, error);
    throw error;
  }
}

/** Calls `onResponse`, and waits until it is done or `signal` aborts. A fault is reported. */
export async function showResponse(
  onResponse: (response: Response) => unknown,
  response: Response,
  reporter: ErrorReporter,
  signal: AbortSignal,
): Promise<void> {
  const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  const seen = (async () => onResponse(response))().catch((error: unknown) => {
    // The app may be reading a body that the end of the connection cuts short: no fault.
    if (!signal.aborted || (error as Error | undefined)?.name !== 'AbortError') report(reporter, error);
  });
  await Promise.race([seen, aborted]);
}

/** The names that an option gives; none when it is left out, or is a test. */
export function namesOf(names: MessageMatcher | undefined): readonly string[] {
  if (names === undefined || typeof names === 'function') return [];
  return typeof names === 'string' ? [names] : names;
}

/** The test that an option gives. If it throws, that is reported, and the message does not match. */
export function testOf(
  test: MessageMatcher | undefined,
  reporter: ErrorReporter,
): ((message: Message) => boolean) | undefined {
  if (typeof test !== 'function') return undefined;
  return (message) => {
    try {
      return test(message);
    } catch (error) {
      report(reporter, error);
      return false;
    }
  };
}

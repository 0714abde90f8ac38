import { ConnectionError, type FailureKind, isConnectionError } from '../machines/connection-error.ts';
import type { Message } from '../machines/message.ts';
import { type ErrorReporter, report } from './report.ts';
import type { MessageMatcher, Supplied } from './transport.ts';

/**
 * Gets the value of an option that may be a function of the app.
 *
 * One that throws is reported. By default it costs the attempt a retry: such a function often asks a server of
 * its own, which may be restarting too. One that throws a {@link ConnectionError} decides for itself.
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

/** Shows an answer to the app, until it has seen it or nobody wants the answer any more. A fault is reported. */
export async function showResponse(
  onResponse: (response: Response) => unknown,
  response: Response,
  reporter: ErrorReporter,
  signal: AbortSignal,
): Promise<void> {
  const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  const seen = (async () => onResponse(response))().catch((error: unknown) => {
    // A body that is read when the connection ends is cut short by that.
    if (!signal.aborted || (error as Error | undefined)?.name !== 'AbortError') report(reporter, error);
  });
  await Promise.race([seen, aborted]);
}

/** The names that an option gives, which may be one, several, none, or a test instead. */
export function namesOf(names: MessageMatcher | undefined): readonly string[] {
  if (names === undefined || typeof names === 'function') return [];
  return typeof names === 'string' ? [names] : names;
}

/** The test that an option gives. One that throws is reported, and its message is none. */
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

import { ConnectionError, isConnectionError } from '../machines/connection-error.ts';
import type { Rule } from '../machines/rules.ts';
import { type ErrorReporter, report } from './report.ts';
import type { Supplied } from './transport.ts';

/** What a URL option may be. */
export const urlRule: Rule = {
  allowed: 'a URL that is not empty, or a function that returns one',
  test: (value) =>
    (typeof value === 'string' && value !== '') || value instanceof URL || typeof value === 'function',
};

/** What a list of event names may be. */
export const eventsRule: Rule = {
  allowed: 'an array of event names that are not empty',
  test: (value) =>
    Array.isArray(value) && value.every((name: unknown) => typeof name === 'string' && name !== ''),
};

/**
 * Gets the value of an option that may be a function.
 *
 * A function that throws is reported, and costs the attempt a retry: it often asks a server of its own, which
 * may be restarting too. One that throws a {@link ConnectionError} decides for itself.
 */
export async function supply<Value>(
  name: string,
  value: Supplied<Value>,
  reporter: ErrorReporter,
): Promise<Value> {
  if (typeof value !== 'function') return value;
  try {
    return await (value as () => Value | Promise<Value>)();
  } catch (cause) {
    if (isConnectionError(cause)) throw cause;
    const message = `\`${name}\` threw before the request could be sent. See \`cause\`.`;
    const error = new ConnectionError('network', message, { cause });
    report(reporter, error);
    throw error;
  }
}

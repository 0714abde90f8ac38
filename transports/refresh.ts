import { ConnectionError } from '../machines/connection-error.ts';
import { type ErrorReporter, report } from './report.ts';

/** The refreshes under way, by the function that does them. */
const underWay = new WeakMap<() => unknown, Promise<unknown>>();

/**
 * Renews the credentials. Connections that share the function and come while it runs share its result.
 *
 * @throws ConnectionError `unauthorized` when the function throws or rejects.
 */
export async function refreshOnce(refresh: () => unknown, reporter: ErrorReporter): Promise<void> {
  let renewal = underWay.get(refresh);
  if (!renewal) {
    renewal = (async () => refresh())().finally(() => underWay.delete(refresh));
    underWay.set(refresh, renewal);
  }
  try {
    await renewal;
  } catch (cause) {
    const message = '`refresh` could not renew the credentials. Sign in again.';
    const error = new ConnectionError('unauthorized', message, { cause });
    report(reporter, error);
    throw error;
  }
}

import type { ErrorReporter } from './report.ts';
import { supply } from './supply.ts';

/** The refreshes under way, by the function that does them. */
const underWay = new WeakMap<() => unknown, Promise<unknown>>();

/**
 * Renews the credentials. Connections that share the function and come while it runs share its result.
 *
 * @throws ConnectionError `unauthorized` when the function throws or rejects.
 */
export function refreshOnce(refresh: () => unknown, reporter: ErrorReporter): Promise<unknown> {
  let renewal = underWay.get(refresh);
  if (!renewal) {
    renewal = supply('refresh', refresh, reporter, 'unauthorized').finally(() => {
      if (underWay.get(refresh) === renewal) forgetRefresh(refresh);
    });
    underWay.set(refresh, renewal);
  }
  return renewal;
}

/** Who needs the credentials from now on does not wait for a refresh that is under way. */
export function forgetRefresh(refresh: () => unknown): void {
  underWay.delete(refresh);
}

import { supply } from './app-functions.ts';
import type { ErrorReporter } from './report.ts';

/** The state of the refreshes by one function. */
interface Renewals {
  /** The one under way. */
  current?: Promise<unknown> | undefined;
  /** The moment of the last one that succeeded. */
  renewedAt: number;
}

const renewals = new WeakMap<() => unknown, Renewals>();

/** The functions behind those of {@link readAnew}. */
const latestOf = new WeakMap<() => unknown, () => () => unknown>();

/**
 * A refresh for where an app gives another function now and then. It is shared by the connections that have the same
 * one, so it is the app's own that counts.
 */
export function readAnew(latest: () => () => unknown): () => unknown {
  const refresh = () => latest()();
  latestOf.set(refresh, () => ownOf(latest()));
  return refresh;
}

/** The function of the app behind a refresh. */
function ownOf(refresh: () => unknown): () => unknown {
  return latestOf.get(refresh)?.() ?? refresh;
}

let lastMoment = 0;

/** A moment after all before it, to be held against the refreshes: clocks are too coarse for that. */
export function thisMoment(): number {
  lastMoment += 1;
  return lastMoment;
}

/**
 * Renews the credentials. Connections that share the function and come while it runs share its result; and
 * credentials that were renewed after a request was sent count as renewed for it.
 *
 * @param sentAt The moment at which the request was sent whose credentials are no good.
 * @throws ConnectionError `unauthorized` when the function throws or rejects.
 */
export async function refreshOnce(
  given: () => unknown,
  sentAt: number,
  reporter: ErrorReporter,
): Promise<void> {
  const refresh = ownOf(given);
  const known = renewals.get(refresh) ?? { renewedAt: 0 };
  renewals.set(refresh, known);
  if (known.renewedAt > sentAt) return;
  const current = known.current ?? supply('refresh', refresh, reporter, 'unauthorized');
  known.current = current;
  try {
    await current;
    known.renewedAt = thisMoment();
  } finally {
    if (known.current === current) known.current = undefined;
  }
}

/** Who needs the credentials from now on does not wait for a refresh that is under way. */
export function forgetRefresh(given: () => unknown): void {
  const known = renewals.get(ownOf(given));
  if (known) known.current = undefined;
}

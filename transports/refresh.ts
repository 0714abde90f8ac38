import { supply } from './app-functions.ts';
import type { ErrorReporter } from './report.ts';

/** The state of one refresh function. */
interface Renewals {
  /** The call that is under way. */
  current?: Promise<unknown> | undefined;
  /** The moment of the last call that succeeded. */
  renewedAt: number;
}

const renewals = new WeakMap<() => unknown, Renewals>();

/** For each function of {@link readAnew}: how to get the app's latest one. */
const latestOf = new WeakMap<() => unknown, () => () => unknown>();

/**
 * Makes a refresh that always calls the app's latest function, where the app replaces it now and then. Connections
 * share a refresh by the app's function, not by this one.
 */
export function readAnew(latest: () => () => unknown): () => unknown {
  const refresh = () => latest()();
  latestOf.set(refresh, () => ownOf(latest()));
  return refresh;
}

/** The app's own function behind a refresh. */
function ownOf(refresh: () => unknown): () => unknown {
  return latestOf.get(refresh)?.() ?? refresh;
}

let lastMoment = 0;

/** A number that is greater than all before. It orders requests and refreshes, for which clocks are too coarse. */
export function thisMoment(): number {
  lastMoment += 1;
  return lastMoment;
}

/**
 * Renews the credentials. Connections that share the function share a call that is under way. If the credentials were
 * renewed after the request was sent, nothing is called.
 *
 * @param sentAt The moment at which the request with the old credentials was sent.
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

/** From now on, nobody waits for the refresh that is under way. */
export function forgetRefresh(given: () => unknown): void {
  const known = renewals.get(ownOf(given));
  if (known) known.current = undefined;
}

import type { Connection } from './connection.ts';
import { sharedUserOf } from './shared-connections.ts';

/** The part of a connection that opens and closes it, whatever its events. */
export type Openable = Pick<Connection, 'state' | 'open' | 'reconnect' | 'suspend' | 'resume'>;

/** Who needs each connection. */
const needs = new WeakMap<Openable, Set<object>>();

/** The connections that were opened here. Only these are suspended here; one that the app has opened goes on. */
const opened = new WeakSet<Openable>();

/** Whether a connection was never opened. */
export function isUnopened({ state }: Openable): boolean {
  return state.status === 'closed' && state.closeReason === null;
}

/**
 * Opens or resumes a connection for the first that needs it.
 *
 * @param lastEventId The event to begin after, if the connection was never opened.
 */
export function need(connection: Openable, who: object, lastEventId: string | undefined): void {
  const all = needs.get(connection) ?? new Set();
  if (all.has(who)) return;
  needs.set(connection, all.add(who));
  if (all.size > 1) return;
  if (opened.has(connection)) connection.resume();
  else if (isUnopened(connection)) {
    opened.add(connection);
    const user = sharedUserOf.get(connection);
    if (!lastEventId || connection.state.lastEventId) connection.open();
    else if (user) user.succeed(lastEventId);
    else connection.reconnect({ lastEventId });
  }
}

/**
 * Suspends a connection that nobody needs any more, unless it is needed again at once, as by the next page of the
 * app.
 */
export function release(connection: Openable, who: object): void {
  const all = needs.get(connection);
  if (!all?.delete(who) || all.size > 0) return;
  queueMicrotask(() => {
    if (all.size === 0 && opened.has(connection)) connection.suspend();
  });
}

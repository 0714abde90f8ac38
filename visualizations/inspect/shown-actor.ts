import type { Actor, AnyActor } from 'xstate';
import { type ConnectionActor, isConnection } from '../../machines/connection.ts';
import type { tabsMachine } from '../../machines/tabs.ts';
import { parentOf } from '../../machines/xstate-internals.ts';

/** An actor that runs `tabsMachine`, which only an app with `sse-machine/tabs` has. */
export type TabActor = Actor<typeof tabsMachine>;

const tabs = new WeakSet<AnyActor>();

/** Has an actor taken for one of a tab. Its machine may be anybody's, so that it cannot be told from what it runs. */
export function noteTab(actor: AnyActor): void {
  tabs.add(actor);
}

export function isTab(actor: AnyActor): actor is TabActor {
  return tabs.has(actor);
}

/**
 * The connection, or the tab, that an actor is or is a child of. Other actors may know secrets, so that they are not
 * shown.
 */
export function ownerOf(actor: AnyActor): ConnectionActor | TabActor | undefined {
  if (isConnection(actor) || isTab(actor)) return actor;
  const parent = parentOf(actor);
  return parent && (isConnection(parent) || isTab(parent)) ? parent : undefined;
}

/** The ID that an actor was given, such as `transport 2`; undefined where XState has made one up. */
export function givenName({ id, sessionId }: AnyActor): string | undefined {
  return id === sessionId || /^\d+\./.test(id) ? undefined : id;
}

import type { Actor, AnyActor } from 'xstate';
import { type ConnectionActor, isConnection } from '../../machines/connection.ts';
import type { tabsMachine } from '../../machines/tabs.ts';
import { parentOf } from '../../machines/xstate-internals.ts';

/** An actor that runs `tabsMachine`, which only an app with `sse-machine/tabs` has. */
export type TabActor = Actor<typeof tabsMachine>;

const tabs = new WeakSet<AnyActor>();

/**
 * Marks an actor as that of a tab. Its machine was provided with other actors, so it cannot be recognized by itself.
 */
export function noteTab(actor: AnyActor): void {
  tabs.add(actor);
}

export function isTab(actor: AnyActor): actor is TabActor {
  return tabs.has(actor);
}

/**
 * The connection or tab that an actor is, or is a child of. Other actors are not shown, because they may know
 * secrets.
 */
export function ownerOf(actor: AnyActor): ConnectionActor | TabActor | undefined {
  if (isConnection(actor) || isTab(actor)) return actor;
  const parent = parentOf(actor);
  return parent && (isConnection(parent) || isTab(parent)) ? parent : undefined;
}

/** The ID that an actor was given, such as `transport 2`; undefined if XState made it. */
export function givenName({ id, sessionId }: AnyActor): string | undefined {
  return id === sessionId || /^\d+\./.test(id) ? undefined : id;
}

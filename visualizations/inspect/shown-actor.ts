import type { Actor, AnyActor } from 'xstate';
import { connectionMachine } from '../../machines/connection.ts';
import { parentOf } from '../../machines/xstate-internals.ts';

/** An actor that runs {@link connectionMachine}, whatever was provided to it. */
export type ConnectionActor = Actor<typeof connectionMachine>;

export function isConnection(actor: AnyActor): actor is ConnectionActor {
  return actor.logic.config === connectionMachine.config;
}

/** The connection that an actor is, or is a child of. Other actors may know secrets, so that they are not shown. */
export function connectionOf(actor: AnyActor): ConnectionActor | undefined {
  if (isConnection(actor)) return actor;
  const parent = parentOf(actor);
  return parent && isConnection(parent) ? parent : undefined;
}

/** The ID that an actor was given, such as `transport 2`; undefined where XState has made one up. */
export function givenName({ id, sessionId }: AnyActor): string | undefined {
  return id === sessionId || /^\d+\./.test(id) ? undefined : id;
}

import type { Actor, ActorRefLike, AnyActor } from 'xstate';
import { connectionMachine } from '../../machines/connection.ts';

/** An actor that runs {@link connectionMachine}, whatever was provided to it. */
export type ConnectionActor = Actor<typeof connectionMachine>;

export function isConnection(actor: AnyActor): actor is ConnectionActor {
  return actor.logic.config === connectionMachine.config;
}

/** The connection that an actor is, or is a child of. Other actors may know secrets, so that they are not shown. */
export function connectionOf(actor: AnyActor): ConnectionActor | undefined {
  if (isConnection(actor)) return actor;
  const { _parent: parent } = actor;
  return parent && isActor(parent) && isConnection(parent) ? parent : undefined;
}

/** The ID that an actor was given, such as `transport 2`; undefined where XState has made one up. */
export function givenName({ id, sessionId }: AnyActor): string | undefined {
  return id === sessionId || /^\d+\./.test(id) ? undefined : id;
}

/** Every actor is one, but the types of XState do not say so everywhere. */
export function isActor(actor: ActorRefLike): actor is AnyActor {
  return 'logic' in actor;
}

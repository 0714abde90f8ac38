import type { AnyActorRef } from 'xstate';

/** Whether anybody inspects the system of an actor: XState reads what it would tell only for somebody. */
export function isObserved(actor: AnyActorRef): boolean {
  let read = false;
  const told = {
    actorRef: actor,
    get type() {
      read = true;
      return '@xstate.nothing';
    },
  };
  Reflect.get(actor.system, '_sendInspectionEvent')(told);
  return read;
}

import {
  type AnyEventObject,
  type CallbackActorLogic,
  type CallbackLogicFunction,
  type EventObject,
  fromCallback,
  type NonReducibleUnknown,
} from 'xstate';

/**
 * Runs a callback actor. `given` is what `fromCallback` passes; `isRevived` says whether the actor was started
 * before. Returns a function that stops it.
 */
export type Revivable<Received extends EventObject, Input = NonReducibleUnknown> = (
  given: Parameters<CallbackLogicFunction<Received, AnyEventObject, Input>>[0],
  isRevived: boolean,
) => (() => void) | undefined;

/**
 * A callback actor that is told whether it was started before. XState's React binding stops an actor and starts it
 * again, and so does a restored snapshot, both with the first input.
 */
export function fromRevivable<Received extends EventObject, Input = NonReducibleUnknown>(
  start: Revivable<Received, Input>,
): CallbackActorLogic<Received, Input> {
  const newborn = new WeakSet<object>();
  const logic = fromCallback<Received, Input>((given) => start(given, !newborn.delete(given.self)));
  return {
    ...logic,
    getInitialSnapshot(scope, input) {
      newborn.add(scope.self);
      return logic.getInitialSnapshot(scope, input);
    },
  };
}

import {
  type AnyEventObject,
  type CallbackActorLogic,
  type CallbackLogicFunction,
  type EventObject,
  fromCallback,
  type NonReducibleUnknown,
} from 'xstate';

/** Runs such an actor, with what `fromCallback` gives, and whether it was started before. Returns how to stop it. */
export type Revivable<Received extends EventObject, Input = NonReducibleUnknown> = (
  given: Parameters<CallbackLogicFunction<Received, AnyEventObject, Input>>[0],
  isRevived: boolean,
) => (() => void) | undefined;

/**
 * A callback actor that is told whether it was started before: the React binding stops an actor and starts it
 * again, and so does a snapshot that is restored, both with the input that it was born with.
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

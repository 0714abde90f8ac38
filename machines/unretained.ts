import type { AnyActorScope, AnyStateMachine } from 'xstate';

/**
 * Keeps a statechart from holding on to the events that it has handled.
 *
 * For every step, XState puts a function of its own into `actionExecutor`, which takes note of the actions. V8
 * allocates a function that is assigned to a property in its old generation. There it stays until the next full
 * collection, and with it the actions and all the messages of their event, which costs more than to parse them. Nobody
 * reads the notes of an actor, so its executor stays what it is.
 */
export function unretained<Machine extends AnyStateMachine>(machine: Machine): Machine {
  const { transition } = machine;
  const scopes = new WeakMap<AnyActorScope, AnyActorScope>();
  machine.transition = (snapshot, event, scope) => {
    const own = scopes.get(scope) ?? withFixedExecutor(scope);
    scopes.set(scope, own);
    return transition(snapshot, event, own);
  };
  return machine;
}

function withFixedExecutor(scope: AnyActorScope): AnyActorScope {
  const { actionExecutor } = scope;
  return Object.defineProperty({ ...scope }, 'actionExecutor', { get: () => actionExecutor, set() {} });
}

import type { AnyStateMachine } from 'xstate';

/**
 * Keeps the actors of a statechart from holding on to the events that they have handled.
 *
 * For every step, XState puts a function of its own into `actionExecutor`, which takes note of the actions. V8
 * allocates a function that is assigned to a property in its old generation. There it stays until the next full
 * collection, and with it the actions and all the messages of their event, which costs more than to parse them. Nobody
 * reads the notes of an actor, so its executor stays what it is.
 */
export function unretained<Machine extends AnyStateMachine>(machine: Machine): Machine {
  const { getInitialSnapshot } = machine;
  machine.getInitialSnapshot = (scope, input) => {
    const { actionExecutor } = scope;
    Object.defineProperty(scope, 'actionExecutor', { get: () => actionExecutor, set() {} });
    return getInitialSnapshot(scope, input);
  };
  return machine;
}

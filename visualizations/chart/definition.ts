import type { AnyStateMachine } from 'xstate';
import { connectionMachine } from '../../machines/connection.ts';

/**
 * The definition of a statechart, as `createMachine` takes it: every action, guard, delay and actor by its name.
 * Functions (the initial context, the input of an actor) are left out, and so are the transports, which an action
 * spawns.
 */
export function definition(indent = 0, machine: AnyStateMachine = connectionMachine): string {
  return JSON.stringify(machine.config, null, indent);
}

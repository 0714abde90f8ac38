import { connectionMachine } from '../../machines/connection.ts';

/**
 * The definition of the statechart, as `createMachine` takes it: every action, guard, delay and actor by its name.
 * What is a function (the initial context, the input of the transport) is left out.
 */
export function definition(indent = 0): string {
  return JSON.stringify(connectionMachine.config, null, indent);
}

import { connectionMachine } from '../../machines/connection.ts';

let text: string | undefined;

/**
 * The statechart as a viewer draws it. What is a function has no place in JSON, and is left out: the initial context
 * and the input of the transport. Every action, guard, delay and actor is there by its name.
 */
export function connectionDefinition(): string {
  text ??= JSON.stringify(connectionMachine.config);
  return text;
}

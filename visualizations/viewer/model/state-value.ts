import type { StateValue } from 'xstate';
import { type ConnectionStatus, connectionStatuses } from '../../../machines/connection.ts';
import { readObject } from './read-values.ts';

/** The names of the states of the statechart that are active, from the outside in; undefined if it is another chart. */
export function activeStates(value: unknown): readonly string[] | undefined {
  const names: string[] = [];
  let rest = value;
  // The chart has no parallel states, and is four deep.
  for (let depth = 0; depth < 4; depth += 1) {
    if (typeof rest === 'string') return [...names, rest];
    const entries = Object.entries(readObject(rest) ?? {});
    const [name, inner] = entries[0] ?? [];
    if (name === undefined || entries.length > 1) return;
    names.push(name);
    rest = inner;
  }
  return;
}

/** The status that a state value of the statechart means; undefined if it is that of another chart. */
export function statusOf(value: unknown): ConnectionStatus | undefined {
  const [outer, inner] = activeStates(value) ?? [];
  const name = outer === 'live' ? inner : outer;
  return connectionStatuses.find((status) => status === name);
}

/** The states as a person reads them, such as `open.stable`: `live` says nothing that `open` does not. */
export function pathOf(value: StateValue): string {
  const names = activeStates(value) ?? [];
  return (names[0] === 'live' ? names.slice(1) : names).join('.');
}

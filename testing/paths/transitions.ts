import type { StateValue } from 'xstate';
import { activePaths, type ChartTransition, chartStates, chartTransitions } from '../../machines/chart.ts';
import { connectionMachine } from '../../machines/connection.ts';
import { namesIn } from '../../machines/xstate-internals.ts';

/** Every transition of the statechart in words, such as `live.connecting: request.failed [isRefused] → failed`. */
export function allTransitions(): string[] {
  return chartTransitions().map(transitionName);
}

/** Every guard of the statechart. */
export function allGuards(): string[] {
  return namesIn(connectionMachine, 'guards');
}

/** Every state of the statechart that has no states of its own, such as `live.open.fresh`. */
export function allStates(): string[] {
  return chartStates()
    .filter(({ initial }) => initial === undefined)
    .map(({ path }) => path);
}

/** The name of a state value, as in {@link allStates}. */
export function stateName(value: StateValue): string {
  return activePaths(value).at(-1) ?? '';
}

/** A transition in words, as in {@link allTransitions}. */
export function transitionName({ source, event, guard, target }: ChartTransition): string {
  const words = [`${source || 'anywhere'}:`, event];
  if (guard !== undefined) words.push(`[${guard}]`);
  if (target !== undefined) words.push('→', target);
  return words.join(' ');
}

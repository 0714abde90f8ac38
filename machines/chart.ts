import {
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  getStateNodes,
  type StateValue,
} from 'xstate';
import {
  type ConnectionContext,
  type ConnectionEvent,
  type ConnectionStatus,
  connectionMachine,
  connectionStatuses,
} from './connection.ts';
import { askGuard, delayOf, transitionsOf } from './xstate-internals.ts';

/** A connection at one moment: its state and its context. */
interface Situation {
  readonly value: StateValue;
  readonly context: ConnectionContext;
}

/** A state of the statechart, as data for those who draw it or walk through it. */
export interface ChartState {
  /** Such as `live.open.fresh`; empty for the statechart as a whole. */
  readonly path: string;
  /** The status that the state is tagged with; undefined when its parent or its children have the tag. */
  readonly status: ConnectionStatus | undefined;
  /** The path of the state that it starts in; undefined for a state without states of its own. */
  readonly initial: string | undefined;
  /** The names of the actors that run as long as the state is active. */
  readonly invokes: readonly string[];
  readonly entry: readonly string[];
  readonly exit: readonly string[];
}

/** A transition of the statechart. */
export interface ChartTransition {
  /** The path of the state that it starts from; empty for any. */
  readonly source: string;
  /** The trigger that it answers: the type of an event, `after` and the name of a delay, or `always`. */
  readonly event: string;
  /** The name of the delay, when time is what it answers. */
  readonly delay: string | undefined;
  /** The name of the guard. Of several transitions for one event, the first whose guard holds is taken. */
  readonly guard: string | undefined;
  /** The path of the state that it leads to; undefined when the state stays as it is. */
  readonly target: string | undefined;
  /** The names of the actions, with their parameters. */
  readonly actions: readonly string[];
  /** Whether the source is left and entered again when the target is the source itself, or lies inside it. */
  readonly reenters: boolean;
}

/** The transition that the statechart takes for one event, and the answers of the guards on the way. */
export interface Choice {
  /** Undefined when the event changes nothing. */
  readonly taken: ChartTransition | undefined;
  /** The guards that are asked, by name. */
  readonly guards: readonly (readonly [name: string, answer: boolean])[];
}

/** Every state of a statechart, by default that of a connection, each before the states inside it. */
export function chartStates(machine: AnyStateMachine = connectionMachine): ChartState[] {
  return nodesIn(machine.root).map((node) => ({
    path: pathOf(node),
    status: connectionStatuses.find((status) => node.tags.includes(status)),
    initial: node.initial.target.map(pathOf).join() || undefined,
    invokes: node.invoke.map(({ src }) => String(src)),
    entry: named(node.entry),
    exit: named(node.exit),
  }));
}

/** Every transition of a statechart, in the order of {@link chartStates}. */
export function chartTransitions(machine: AnyStateMachine = connectionMachine): ChartTransition[] {
  return nodesIn(machine.root).flatMap((node) => transitionsOf(node).map(describeTransition));
}

/**
 * Finds the transition that a connection takes for an event. With `isEventless`, the event is only what the guards
 * see, and the transition is an `always`.
 */
export function choose(situation: Situation, event: ConnectionEvent, isEventless = false): Choice {
  const guards: [string, boolean][] = [];
  const active = [...new Set(getStateNodes(connectionMachine.root, situation.value))]; // some are listed twice
  for (const node of active.sort((one, other) => other.path.length - one.path.length)) {
    for (const candidate of transitionsOf(node, isEventless ? '' : event.type)) {
      const transition = describeTransition(candidate);
      const { guard } = transition;
      const answer =
        guard === undefined || askGuard(connectionMachine, guard, { context: situation.context, event });
      if (guard !== undefined) guards.push([guard, answer]);
      if (answer) return { taken: transition, guards };
    }
  }
  return { taken: undefined, guards };
}

/** The paths of the states that are active, from the outside in. */
export function activePaths(value: StateValue, outer = ''): string[] {
  if (typeof value === 'string') return [outer + value];
  return Object.entries(value).flatMap(([name, inner]) => [
    outer + name,
    ...(inner ? activePaths(inner, `${outer}${name}.`) : []),
  ]);
}

/** A transition of XState as data. */
export function describeTransition(transition: AnyTransitionDefinition): ChartTransition {
  const { source, eventType, guard, target, actions, reenter } = transition;
  const delay = delayOf(eventType);
  return {
    source: pathOf(source),
    event: eventType === '' ? 'always' : delay === undefined ? eventType : `after ${delay}`,
    delay,
    guard: guard as string | undefined, // none of ours takes parameters
    target: target?.map(pathOf).join(),
    actions: named(actions),
    reenters: reenter,
  };
}

function nodesIn(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesIn)];
}

function pathOf({ path }: AnyStateNode): string {
  return path.join('.');
}

/** The actions that have a name: all but those that XState adds for its own timers. */
function named(actions: readonly unknown[]): string[] {
  return actions.flatMap((action) => {
    if (typeof action === 'string') return [action];
    if (typeof action !== 'object') return [];
    const { type, params } = action as { type: string; params?: object };
    return [params ? `${type} ${JSON.stringify(params)}` : type];
  });
}

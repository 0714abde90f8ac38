import {
  type AnyStateNode,
  type AnyTransitionDefinition,
  getStateNodes,
  type SnapshotFrom,
  type StateValue,
} from 'xstate';
import { type ConnectionEvent, connectionMachine } from '../../machines/connection.ts';

type Snapshot = SnapshotFrom<typeof connectionMachine>;

/** What the statechart made of one event: the transition that it took, and what each guard on the way said. */
export interface Choice {
  /** In words, as {@link allTransitions} has them; undefined when the event changed nothing. */
  readonly taken: string | undefined;
  /** The guards that were asked, by name. */
  readonly guards: readonly (readonly [name: string, answer: boolean])[];
}

/** Every transition of the statechart, in words such as `live: transport.failed [isRefused] → failed`. */
export function allTransitions(): string[] {
  return nodesBelow(connectionMachine.root).flatMap((node) =>
    [...node.transitions.values(), node.always ?? []].flat().map(transitionName),
  );
}

/** Every guard of the statechart. */
export function allGuards(): string[] {
  return Object.keys(connectionMachine.implementations.guards);
}

/** Every state of the statechart that has no states of its own, such as `live.open.fresh`. */
export function allStates(): string[] {
  return nodesBelow(connectionMachine.root)
    .filter(({ type }) => type === 'atomic')
    .map(nameOf);
}

/** The state that a snapshot is in, as {@link allStates} has it. */
export function stateName(value: StateValue): string {
  return typeof value === 'string'
    ? value
    : Object.entries(value)
        .map(([name, inner]) => `${name}.${inner && stateName(inner)}`)
        .join();
}

/** What the statechart makes of an event; without one, what it does of itself. */
export function choose(snapshot: Snapshot, event: ConnectionEvent, isEventless = false): Choice {
  const guards: [string, boolean][] = [];
  const active = getStateNodes(connectionMachine.root, snapshot.value);
  for (const node of active.sort((one, other) => other.path.length - one.path.length)) {
    const candidates = (isEventless ? node.always : node.transitions.get(event.type)) ?? [];
    for (const candidate of candidates) {
      const name = guardOf(candidate);
      const answer = name === undefined || ask(name, snapshot, event);
      if (name !== undefined) guards.push([name, answer]);
      if (answer) return { taken: transitionName(candidate), guards };
    }
  }
  return { taken: undefined, guards };
}

function nodesBelow(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesBelow)];
}

/** A transition in words, as {@link allTransitions} has it. */
export function transitionName(transition: AnyTransitionDefinition): string {
  const { source, eventType, target } = transition;
  const guard = guardOf(transition);
  const event = eventType === '' ? 'always' : eventType.replace(/^xstate\.(after\.\w+)\..*/, '$1');
  return [
    `${nameOf(source)}:`,
    event,
    guard === undefined ? [] : `[${guard}]`,
    target ? ['→', target.map(nameOf).join(', ')] : [],
  ]
    .flat()
    .join(' ');
}

function nameOf(node: AnyStateNode): string {
  return node.path.join('.') || 'anywhere';
}

function guardOf({ guard }: AnyTransitionDefinition): string | undefined {
  return typeof guard === 'object' ? guard.type : (guard as string | undefined);
}

function ask(name: string, { context }: Snapshot, event: ConnectionEvent): boolean {
  const guards: Partial<Record<string, unknown>> = connectionMachine.implementations.guards;
  const guard = guards[name] as (given: { context: Snapshot['context']; event: ConnectionEvent }) => boolean;
  return guard({ context, event });
}

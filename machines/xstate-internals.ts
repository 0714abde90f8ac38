import type { ActorRefLike, AnyActor, AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

// Everything in this package that relies on XState beyond its documentation. Each item has a test that names the
// version of XState.

/**
 * Keeps the actors of a statechart from holding on to the events that they have handled.
 *
 * For every step, XState assigns a function of its own to `actionExecutor`, which records the actions. V8 allocates a
 * function that is assigned to a property in its old generation. There it stays until the next full collection, and
 * with it the actions and all the messages of their event, which costs more than to parse them. Nobody reads the
 * record, so here the executor cannot be replaced.
 */
export function releaseHandledEvents<Machine extends AnyStateMachine>(machine: Machine): Machine {
  const { getInitialSnapshot } = machine;
  machine.getInitialSnapshot = (scope, input) => {
    const { actionExecutor } = scope;
    Object.defineProperty(scope, 'actionExecutor', { get: () => actionExecutor, set() {} });
    return getInitialSnapshot(scope, input);
  };
  return machine;
}

/**
 * The transitions of a state, in the order in which their guards are asked.
 *
 * @param eventType Only the transitions for this event; `''` for those without an event. All when it is left out.
 */
export function transitionsOf(node: AnyStateNode, eventType?: string): readonly AnyTransitionDefinition[] {
  const { transitions, always = [] } = node;
  if (eventType === undefined) return [...transitions.values(), always].flat();
  return eventType === '' ? always : (transitions.get(eventType) ?? []);
}

/** The names of what a statechart was set up with. */
export function namesIn(
  machine: AnyStateMachine,
  kind: 'actions' | 'actors' | 'delays' | 'guards',
): string[] {
  return Object.keys(machine.implementations[kind]);
}

/** Asks a guard that takes no parameters. */
export function askGuard<Given extends object>(
  machine: AnyStateMachine,
  name: string,
  given: Given,
): boolean {
  const guards: Partial<Record<string, unknown>> = machine.implementations.guards;
  const guard = guards[name] as (given: Given) => boolean;
  return guard(given);
}

/** The name of the delay that an event of XState's timers is for; undefined for any other event. */
export function delayOf(eventType: string): string | undefined {
  return /^xstate\.after\.(\w+)\./.exec(eventType)?.[1];
}

/** The type of the event that a started actor gets first. */
export const startEvent = 'xstate.init';

/** The type of the event that a stopped actor gets last. */
export const stopEvent = 'xstate.stop';

/** The effect of one of XState's own actions, as `transition` returns them. */
export type BuiltInEffect =
  | { readonly kind: 'spawn'; readonly id: string; readonly src: unknown; readonly input: unknown }
  | { readonly kind: 'stop'; readonly id: string }
  | { readonly kind: 'send'; readonly to: string; readonly event: { readonly type: string } }
  | { readonly kind: 'delay'; readonly event: { readonly type: string }; readonly delay: number }
  | { readonly kind: 'cancel'; readonly id: string };

/** The effect of an action; undefined when it is not one of XState's own, or has no effect outside. */
export function builtInEffect(action: {
  readonly type: string;
  readonly params: unknown;
}): BuiltInEffect | undefined {
  const { id, src, input, sendId, targetId, event, delay } = Object(action.params);
  switch (action.type) {
    case 'xstate.spawnChild':
      return { kind: 'spawn', id, src, input };
    case 'xstate.stopChild':
      return id === undefined ? undefined : { kind: 'stop', id };
    case 'xstate.sendTo':
      return { kind: 'send', to: targetId, event };
    case 'xstate.raise':
      return { kind: 'delay', event, delay };
    case 'xstate.cancel':
      return { kind: 'cancel', id: sendId };
    default:
      return undefined;
  }
}

/** The actor that has spawned or invoked another. */
export function parentOf({ _parent: parent }: AnyActor): AnyActor | undefined {
  return parent && isActor(parent) ? parent : undefined;
}

/** Narrows a reference to an actor. Every reference is one, but the types of XState do not say so everywhere. */
export function isActor(actor: ActorRefLike): actor is AnyActor {
  return 'logic' in actor;
}

import { tabsMachine } from '../../machines/tabs.ts';
import { delayOf, transitionsOf } from '../../machines/xstate-internals.ts';

type Node = Parameters<typeof transitionsOf>[0];
type Transition = ReturnType<typeof transitionsOf>[number];

/** A transition in words: where it starts, what it answers, its guard, where it leads. */
export function nameOfTransition({ source, eventType, guard, target }: Transition): string {
  const delay = delayOf(eventType);
  const event = eventType === '' ? 'always' : delay ? `after ${delay}` : eventType;
  const to = target?.map(({ path }) => path.join('.')).join() ?? 'stays';
  return `${source.path.join('.')}: ${event}${guard ? ` [${String(guard)}]` : ''} → ${to}`;
}

/** Every transition of the statechart of tabs. */
export function allTransitions(): string[] {
  return nodesIn(tabsMachine.root).flatMap((node) => transitionsOf(node).map(nameOfTransition));
}

function nodesIn(node: Node): Node[] {
  return [node, ...Object.values(node.states).flatMap(nodesIn)];
}

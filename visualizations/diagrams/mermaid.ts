import type { AnyStateMachine } from 'xstate';
import {
  type ChartState,
  type ChartTransition,
  chartStates,
  chartTransitions,
} from '../../machines/chart.ts';
import { contains, eventsOf, grouped, isInside, nameOf } from '../chart/arrows.ts';

/** A transition as it is drawn. */
interface Drawn extends ChartTransition {
  /** The state inside its source that alone answers the event; empty when the source does. */
  readonly place: string;
}

/**
 * A statechart as a Mermaid `stateDiagram-v2`: every transition that leads somewhere, those with the same two ends
 * on one arrow. What a state answers without leaving it, and what any state answers, Mermaid cannot draw. An arrow
 * from a state to one around it would be lost: it is drawn to the state that the outer one starts in.
 *
 * @see https://mermaid.js.org/syntax/stateDiagram.html
 */
export function mermaid(machine?: AnyStateMachine): string {
  const states = chartStates(machine);
  return diagram(
    states,
    chartTransitions(machine).map((one) => ({
      ...one,
      target: one.target && isAround(one.target, one.source) ? firstIn(one.target, states) : one.target,
      place: '',
    })),
  );
}

/** That of a connection, without the states inside a status, which Mermaid draws more legibly. */
export function mermaidOfStatuses(): string {
  const states = chartStates();
  const shown = states.filter(
    ({ path }) => !states.some((outer) => outer.status && isAround(outer.path, path)),
  );
  const paths = shown.map(({ path }) => path);
  const nearest = (path: string) => paths.findLast((outer) => contains(outer, path)) ?? '';
  const all = chartTransitions();

  /** Whether every state inside does the same. */
  function isCommon({ event, guard, target = '' }: ChartTransition, outer: string): boolean {
    const same = all.filter(
      (other) =>
        other.event === event && other.guard === guard && nearest(other.target ?? '') === nearest(target),
    );
    return states
      .filter(({ path, initial }) => contains(outer, path) && initial === undefined)
      .every(({ path }) => same.some(({ source }) => contains(source, path)));
  }

  return diagram(
    shown.map((state) => ({ ...state, initial: paths.find((path) => path === state.initial) })),
    all
      .map((one) => ({
        ...one,
        source: nearest(one.source),
        target: one.target && nearest(one.target),
        own: one,
      }))
      .filter((transition) => !isInside(transition))
      .map(({ own, ...moved }) => ({
        ...moved,
        place: isCommon(own, moved.source) ? '' : nameOf(own.source),
      })),
  );
}

function diagram(states: readonly ChartState[], transitions: readonly Drawn[]): string {
  const arrows = grouped(transitions, ({ source, target }) => `${source} ${target}`).flatMap((arrow) => {
    const [{ source, target }] = arrow;
    const lines = grouped(arrow, ({ guard, delay, place }) => `${guard} ${delay} ${place}`);
    return source && target ? [`${idOf(source)} --> ${idOf(target)}: ${lines.map(words).join('<br>')}`] : [];
  });
  const [root] = states;
  return ['stateDiagram-v2', ...inside(root, states), ...arrows.map(indented)].join('\n');
}

function inside(parent: ChartState | undefined, states: readonly ChartState[]): string[] {
  const own = states.filter(({ path }) => path !== '' && parentOf(path) === parent?.path);
  return [
    ...(parent?.initial ? [`[*] --> ${idOf(parent.initial)}`] : []),
    ...own.flatMap((state) => {
      const label = `state "${nameOf(state.path)}" as ${idOf(state.path)}`;
      return state.initial ? [`${label} {`, ...inside(state, states), '}'] : [label];
    }),
  ].map(indented);
}

function words(line: [Drawn, ...Drawn[]]): string {
  const [{ guard, place }] = line;
  return [eventsOf({ transitions: line }), guard && `[${guard}]`, place && `in ${place}`]
    .filter(Boolean)
    .join(' ');
}

function isAround(outer: string, inner: string): boolean {
  return outer !== inner && contains(outer, inner);
}

/** The innermost of the states that a state starts in. */
function firstIn(path: string, states: readonly ChartState[]): string {
  const initial = states.find((state) => state.path === path)?.initial;
  return initial === undefined ? path : firstIn(initial, states);
}

/** Mermaid takes a dot in an identifier for the end of it. */
function idOf(path: string): string {
  return path.replaceAll('.', '_');
}

function parentOf(path: string): string {
  return path.split('.').slice(0, -1).join('.');
}

function indented(line: string): string {
  return `  ${line}`;
}

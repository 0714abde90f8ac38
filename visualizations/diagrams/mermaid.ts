import {
  type ChartState,
  type ChartTransition,
  chartStates,
  chartTransitions,
} from '../../machines/chart.ts';
import { arrowsOf, contains, eventsOf, isInside, type Line, nameOf } from '../chart/arrows.ts';

/**
 * The statechart as a Mermaid `stateDiagram-v2`: every transition that leads somewhere, those with the same two ends
 * on one arrow. What a state answers without leaving it, and what any state answers, Mermaid cannot draw.
 *
 * @see https://mermaid.js.org/syntax/stateDiagram.html
 */
export function mermaid(): string {
  return diagram(chartStates(), chartTransitions());
}

/** The same without the states inside a status, which Mermaid draws more legibly. */
export function mermaidOfStatuses(): string {
  const all = chartStates();
  const shown = all.filter(
    ({ path }) => !all.some((outer) => outer.status && outer.path !== path && contains(outer.path, path)),
  );
  const paths = shown.map(({ path }) => path);
  const nearest = (path: string) => paths.findLast((outer) => contains(outer, path)) ?? '';
  return diagram(
    shown.map((state) => ({ ...state, initial: paths.find((path) => path === state.initial) })),
    chartTransitions()
      .map((one) => ({ ...one, source: nearest(one.source), target: one.target && nearest(one.target) }))
      .filter((transition) => !isInside(transition)),
  );
}

function diagram(states: readonly ChartState[], transitions: readonly ChartTransition[]): string {
  const drawn = arrowsOf(transitions).flatMap(({ source, target, lines }) =>
    source && target ? [`${idOf(source)} --> ${idOf(target)}: ${lines.map(words).join('<br>')}`] : [],
  );
  const [root] = states;
  return ['stateDiagram-v2', ...inside(root, states), ...drawn.map(indented)].join('\n');
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

function words(line: Line): string {
  return eventsOf(line) + (line.guard === undefined ? '' : ` [${line.guard}]`);
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

import type { AnyStateMachine } from 'xstate';
import {
  type ChartState,
  type ChartTransition,
  chartStates,
  chartTransitions,
} from '../../machines/chart.ts';
import { grouped } from '../chart/arrows.ts';

/** The answer of a state to an event, or to several, in the order in which it is tried. */
interface Answer {
  readonly events: readonly string[];
  readonly choices: readonly ChartTransition[];
}

/** The transitions of every state, in Markdown. */
export function transitionTables(machine?: AnyStateMachine): string {
  const transitions = chartTransitions(machine);
  const sections = chartStates(machine).flatMap((state) => section(state, transitions));
  return sections.join('\n\n');
}

function section(state: ChartState, transitions: readonly ChartTransition[]): string[] {
  const { path, invokes, entry, exit } = state;
  const facts = [fact('runs', invokes), fact('on entry', entry), fact('on exit', exit)].filter(Boolean);
  const answers = answersOf(transitions.filter(({ source }) => source === path));
  return [
    path === '' ? '### Any state' : `### \`${path}\``,
    ...(facts.length > 0 ? [`${facts.join('; ')}.`] : []),
    ...(answers.length > 0 ? [table(answers)] : []),
  ];
}

function answersOf(own: readonly ChartTransition[]): Answer[] {
  const byEvent = grouped(own, ({ event }) => event);
  const sameChoices = grouped(byEvent, (choices) => choices.map(outcomeOf).join());
  return sameChoices.map((same) => ({ events: same.map(([{ event }]) => event), choices: same[0] }));
}

function outcomeOf({ event: _, delay: __, ...outcome }: ChartTransition): string {
  return JSON.stringify(outcome);
}

function table(answers: readonly Answer[]): string {
  const rows = answers.flatMap(({ events, choices }) =>
    choices.map(({ source, guard, target, actions, reenters }, index) => {
      const again = source === target && reenters ? ', entered again' : '';
      return [
        index === 0 ? codes(events) : '',
        guard === undefined ? '' : `\`${guard}\``,
        target === undefined ? '' : `\`${target}\`${again}`,
        codes(actions),
      ];
    }),
  );
  const lines = [['event', 'guard', 'next state', 'actions'], ['---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function fact(word: string, names: readonly string[]): string {
  return names.length > 0 ? `${word} ${codes(names)}` : '';
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

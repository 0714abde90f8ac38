import type { StateValue } from 'xstate';
import { activePaths, type ChartTransition } from '../../machines/chart.ts';
import { toNode } from './element.ts';
import { picture } from './picture.ts';
import { arrowName, lineName } from './shapes.ts';
import { style } from './style.ts';

/** A moment in the life of a connection. */
export interface ChartMoment {
  readonly value: StateValue;
  /** The transition that led there. */
  readonly taken?: ChartTransition | undefined;
}

/** The picture of the statechart with the active states lit, and the transition that led there. */
export interface LiveChart {
  readonly element: SVGElement;
  /** Shows a moment. With `animate`, the transition is animated, unless the user prefers reduced motion. */
  show(moment: ChartMoment, options?: { readonly animate?: boolean }): void;
}

/** The style of the picture. It needs the colours and the rules for each status of `colours.ts`. */
export const liveChartStyle = `${style}
.chart .state, .chart .initial, .chart .anywhere, .chart > .line { opacity: 0.7; }
.chart .state.active, .chart > .line:is(.taken, :has(.taken)) { opacity: 1; }
.chart .state:not(.active) > rect { fill: var(--surface); stroke: var(--edge); stroke-width: 1; }
.chart .state.active > rect { stroke: var(--tone, var(--ink)); stroke-width: 3; }
.chart .arrow.taken .way { stroke: var(--ink); stroke-width: 3; }
.chart .arrow.taken .tip { fill: var(--ink); }
.chart .line.taken text { font-weight: 700; text-decoration: underline; }`;

export function createLiveChart(document: Document): LiveChart {
  const element = toNode(picture(), document);
  const view = document.defaultView;
  const all = (selector: string) => [...element.querySelectorAll<SVGElement>(selector)];
  const [states, arrows, lines] = [all('.state'), all('.arrow'), all('.line')];

  return {
    element,
    show({ value, taken }, { animate = false } = {}) {
      const active = activePaths(value);
      const [arrow, line] = taken ? [arrowName(taken), lineName(taken)] : [];
      for (const state of states)
        state.classList.toggle('active', active.includes(state.dataset['state'] ?? ''));
      for (const shape of arrows) {
        const isTaken = shape.dataset['arrow'] === arrow;
        shape.classList.toggle('taken', isTaken);
        if (isTaken) shape.parentElement?.append(shape); // drawn over arrows that share a part of its line
      }
      for (const shape of lines) shape.classList.toggle('taken', shape.dataset['line'] === line);
      element.setAttribute('aria-label', `The statechart, in ${active.at(-1)}${line ? ` by ${line}` : ''}`);
      if (animate && !view?.matchMedia('(prefers-reduced-motion: reduce)').matches) {
        for (const shape of all('.arrow.taken .way')) shape.animate(flow, 700);
        for (const shape of all('.state .line.taken')) shape.animate(flash, 700);
      }
    },
  };
}

const flow = [
  { strokeDasharray: '10 8', strokeDashoffset: 72 },
  { strokeDasharray: '10 8', strokeDashoffset: 0 },
];
const flash = [{ opacity: 0.2 }, { opacity: 1 }];

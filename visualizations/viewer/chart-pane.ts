import { createLiveChart } from '../chart/live-chart.ts';
import type { Dom } from './dom.ts';
import { isTransition, type Moment } from './moment.ts';
import type { Part } from './part.ts';

/** The statechart as it was at the shown moment. */
export function createChartPane({ html, document }: Dom): Part {
  const chart = createLiveChart(document);
  let shown: Moment | undefined;

  return {
    element: html('section', { class: 'drawing', 'aria-label': 'Statechart', tabindex: 0 }, chart.element),
    render({ moment }) {
      if (!moment || moment === shown) return;
      shown = moment;
      chart.show(moment, { animate: isTransition(moment) });
    },
  };
}

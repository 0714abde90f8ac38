import { createLiveChart } from '../chart/live-chart.ts';
import type { Dom } from './dom.ts';
import { isTransition, type Moment } from './moment.ts';
import type { Part } from './part.ts';

/** The statechart as it was at the shown moment. */
export function createChartPane({ html, document, view }: Dom): Part {
  const chart = createLiveChart(document);
  const calm = view.matchMedia('(prefers-reduced-motion: reduce)');
  let shown: Moment | undefined;

  return {
    element: html('section', { class: 'chart', 'aria-label': 'Statechart' }, chart.element),
    render({ moment }) {
      if (!moment || moment === shown) return;
      shown = moment;
      const { value, from, event } = moment;
      const animate = !calm.matches && isTransition(moment);
      chart.show({ value, ...(from !== null && { taken: { from, event: event.type } }) }, { animate });
    },
  };
}

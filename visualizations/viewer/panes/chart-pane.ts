import { createLiveChart } from '../../chart/live-chart.ts';
import { isTransition, type Moment } from '../model/moment.ts';
import { pathOf } from '../model/state-value.ts';
import type { Dom, Pane } from './dom.ts';

/** The statechart as it was at the shown moment. */
export function createChartPane({ html, document, view }: Dom): Pane {
  const chart = createLiveChart(document);
  const element = html(
    'section',
    { class: 'drawing', 'aria-label': 'Statechart', tabindex: 0 },
    chart.element,
  );
  const calm = view.matchMedia('(prefers-reduced-motion: reduce)');
  let shown: Moment | undefined;

  /** Where there is no room for all of the chart: a person may look elsewhere as long as the state stays the same. */
  function reveal(): void {
    const state = [...chart.element.querySelectorAll('.state.active')].at(-1); // the innermost comes last
    const box = (state?.firstElementChild ?? chart.element).getBoundingClientRect();
    const frame = element.getBoundingClientRect();
    const isSeen =
      box.top >= frame.top &&
      box.bottom <= frame.bottom &&
      box.left >= frame.left &&
      box.right <= frame.right;
    if (isSeen) {
      // To scroll to where it is ends a scroll that is still on its way, which would carry the state out of sight.
      element.scrollBy({ behavior: 'instant' });
    } else {
      element.scrollBy({
        top: (box.top + box.bottom - frame.top - frame.bottom) / 2,
        left: (box.left + box.right - frame.left - frame.right) / 2,
        behavior: calm.matches ? 'instant' : 'smooth',
      });
    }
  }

  return {
    element,
    render({ moment }) {
      if (!moment || moment === shown) return;
      const isElsewhere = !shown || pathOf(shown.value) !== pathOf(moment.value);
      shown = moment;
      chart.show(moment, { animate: isTransition(moment) });
      if (isElsewhere) reveal();
    },
  };
}

import type { Connection } from '../../index.ts';
import { createLiveChart } from '../../visualizations/chart/live-chart.ts';
import { takenTransition } from '../../visualizations/viewer/model/taken-transition.ts';
import type { Dom } from '../../visualizations/viewer/panes/dom.ts';
import { centre } from './centre.ts';

/** The statechart of a connection, with the active states lit. */
export function createChart({ document, html, view }: Dom) {
  const chart = createLiveChart(document);
  const element = html(
    'div',
    { class: 'drawing', role: 'region', 'aria-label': 'The statechart', tabindex: 0 },
    chart.element,
  );

  function reveal(): void {
    const innermost = [...chart.element.querySelectorAll('.state.active')].at(-1); // it comes last
    if (innermost) centre(element, [innermost]);
  }

  return {
    element,
    /** Shows an actor from now on; returns how to stop. */
    show(actor: Connection['actor']): () => void {
      let before = actor.getSnapshot();
      chart.show({ value: before.value });
      view.requestAnimationFrame(reveal);
      const watching = actor.system.inspect((inspected) => {
        if (inspected.type !== '@xstate.snapshot' || inspected.actorRef !== actor) return;
        const after = actor.getSnapshot();
        const isElsewhere = JSON.stringify(after.value) !== JSON.stringify(before.value);
        if (isElsewhere) {
          const taken = takenTransition(inspected.event, before, after.value);
          chart.show({ value: after.value, taken }, { animate: true });
          reveal();
        }
        before = after;
      });
      return () => watching.unsubscribe();
    },
  };
}

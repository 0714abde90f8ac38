import type { Connection } from '../../index.ts';
import { createLiveChart } from '../../visualizations/chart/live-chart.ts';
import { takenTransition } from '../../visualizations/viewer/model/taken-transition.ts';
import type { Dom } from '../../visualizations/viewer/panes/dom.ts';

/** The statechart of a connection, with the active states lit. */
export function createChart({ document, html, view }: Dom) {
  const chart = createLiveChart(document);
  const element = html(
    'div',
    { class: 'drawing', role: 'region', 'aria-label': 'The statechart', tabindex: 0 },
    chart.element,
  );

  /** Scrolls the picture, and never the page. */
  function reveal(): void {
    const state = [...chart.element.querySelectorAll('.state.active')].at(-1); // the innermost comes last
    if (!state) return;
    const [box, frame] = [state.getBoundingClientRect(), element.getBoundingClientRect()];
    const calm = view.matchMedia('(prefers-reduced-motion: reduce)').matches;
    element.scrollBy({
      top: (box.top + box.bottom - frame.top - frame.bottom) / 2,
      left: (box.left + box.right - frame.left - frame.right) / 2,
      behavior: calm ? 'instant' : 'smooth',
    });
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

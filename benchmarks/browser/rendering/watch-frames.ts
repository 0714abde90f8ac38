import { perFrame } from '../../../tests/support/per-frame.ts';
import type { ShowReport } from './page.ts';

/** Watches the frames of the page, and what happens between them. */
export function watchFrames() {
  let renders = 0;
  let longestTask = 0;

  const tasks = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
  });
  tasks.observe({ type: 'longtask' });

  const { counts, stop } = perFrame(() => renders);

  return {
    countRender(): void {
      renders += 1;
    },
    /** Two frames later, what came last has been shown. */
    async stop(): Promise<Pick<ShowReport, 'frames' | 'renders' | 'mostRenders' | 'longestTask'>> {
      for (let turn = 0; turn < 2; turn += 1) await new Promise(requestAnimationFrame);
      stop();
      tasks.disconnect();
      return { frames: counts.length, renders, mostRenders: Math.max(...counts), longestTask };
    },
  };
}

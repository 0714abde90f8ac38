import type { ShowReport } from './page.ts';

/** Watches the frames of the page, and what happens between them. */
export function watchFrames() {
  let frames = 0;
  let renders = 0;
  let rendersBefore = 0;
  let mostRenders = 0;
  let longestTask = 0;

  const tasks = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
  });
  tasks.observe({ type: 'longtask' });

  let request = requestAnimationFrame(function look() {
    frames += 1;
    mostRenders = Math.max(mostRenders, renders - rendersBefore);
    rendersBefore = renders;
    request = requestAnimationFrame(look);
  });

  return {
    countRender(): void {
      renders += 1;
    },
    /** Two frames later, what came last has been shown. */
    async stop(): Promise<Pick<ShowReport, 'frames' | 'renders' | 'mostRenders' | 'longestTask'>> {
      for (let turn = 0; turn < 2; turn += 1) await new Promise(requestAnimationFrame);
      cancelAnimationFrame(request);
      tasks.disconnect();
      return { frames, renders, mostRenders, longestTask };
    },
  };
}

import type { Browser, Page } from 'playwright';

/** The time that the renderer of a page used, in milliseconds of the processor. */
export interface Usage {
  readonly mainThread: number;
  /** All of its threads: some compile, and some collect garbage. */
  readonly renderer: number;
}

/** A page that nothing has run in, and a meter for what runs in it. */
export interface FreshPage {
  readonly page: Page;
  /** Collects garbage, runs `work`, and reports what the page used for it. */
  readonly metered: <Report>(work: () => Promise<Report>) => Promise<Report & Usage>;
}

/**
 * Opens a page in a process of its own while `work` runs. An error of the page is thrown.
 *
 * @param throttle The factor by which its main thread is slowed down.
 */
export async function withFreshPage<Result>(
  browser: Browser,
  url: string,
  use: (fresh: FreshPage) => Promise<Result>,
  throttle = 1,
): Promise<Result> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const faults: Error[] = [];
  page.on('pageerror', (fault) => faults.push(fault));
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable');
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: throttle });

  async function usage(): Promise<Usage> {
    const { metrics } = await devtools.send('Performance.getMetrics');
    const millisecondsOf = (name: string) =>
      (metrics.find((metric) => metric.name === name)?.value ?? Number.NaN) * 1_000;
    return { mainThread: millisecondsOf('ThreadTime'), renderer: millisecondsOf('ProcessTime') };
  }

  try {
    await page.goto(url);
    const result = await use({
      page,
      async metered(work) {
        await devtools.send('HeapProfiler.collectGarbage');
        const before = await usage();
        const report = await work();
        const after = await usage();
        return {
          ...report,
          mainThread: after.mainThread - before.mainThread,
          renderer: after.renderer - before.renderer,
        };
      },
    });
    if (faults.length > 0) throw new AggregateError(faults, `${url} had errors: ${faults[0]?.message}`);
    return result;
  } finally {
    await context.close();
  }
}

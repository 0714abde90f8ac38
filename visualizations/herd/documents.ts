import { agreement } from './agreement.ts';
import { filledIn } from './page.ts';
import { herdPlot } from './plot.ts';
import type { Measurement } from './reality.ts';
import { realityPlot } from './reality-plot.ts';
import { capacityTable, comparison, deployOf, deployTable, documented, headline } from './report.ts';
import { endingsTable, paceTable } from './server-pace.ts';
import { budgetTable, variantsTable } from './variants.ts';

/** The page, and what was measured of real connections. */
export const pageFile = 'docs/herd.md';
export const measuredFile = 'docs/herd/measured.json';

/** Until when each of the plots goes, in milliseconds. */
const ends: Record<(typeof documented.deploys)[number], number> = { 5: 20_000, 15: 40_000, 60: 120_000 };

/**
 * All that the command writes, by the names of the files: always the same for the same page and measurement.
 *
 * @throws Error when the page has no place for something.
 */
export function documents(page: string, measurement: string): Record<string, string> {
  const deploys = new Map(documented.deploys.map((length) => [length, deployOf(length)]));
  const seen: Measurement = JSON.parse(measurement);
  const held = agreement(seen);
  const parts = new Map([
    ['headline', headline(deploys.get(15) ?? [])],
    ['comparison', comparison(deploys)],
    ...[...deploys].map(([length, results]) => [`deploy ${length}`, deployTable(results)] as const),
    ['capacity', capacityTable()],
    ['variants', variantsTable()],
    ['budget', budgetTable()],
    ['pace', paceTable()],
    ['endings', endingsTable()],
    ['reality', held.text],
  ]);
  const plots = [...deploys].map(([length, results]) => [
    `docs/herd/deploy-${length}.svg`,
    herdPlot(results, ends[length]),
  ]);
  return {
    ...Object.fromEntries(plots),
    'docs/herd/reality.svg': realityPlot(held),
    [pageFile]: filledIn(page, parts),
  };
}

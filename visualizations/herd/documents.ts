import { filledIn } from './fill-in-page.ts';
import { herdPlot } from './plots/herd-plot.ts';
import { realityPlot } from './plots/reality-plot.ts';
import { agreement } from './reality/agreement.ts';
import type { Measurement } from './reality/measure.ts';
import {
  capacityTable,
  comparison,
  deployOf,
  deployTable,
  documented,
  headline,
} from './tables/deploy-tables.ts';
import { endingsTable, paceTable } from './tables/server-pace-tables.ts';
import { budgetTable, variantsTable } from './tables/settings-tables.ts';

/** The page, and what was measured of real connections. */
export const pageFile = 'docs/herd.md';
export const measuredFile = 'docs/herd/measured.json';

/** The end of each plot, in milliseconds. */
const ends: Record<(typeof documented.deploys)[number], number> = { 5: 20_000, 15: 40_000, 60: 120_000 };

/**
 * All files that the command writes, by name: the same page and measurement always give the same files.
 *
 * @throws Error when the page lacks the place for a part.
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

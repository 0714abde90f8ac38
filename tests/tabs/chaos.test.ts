import { expect, test } from 'vitest';
import { startChromium } from '../lifecycle/chromium.ts';
import { runTabsCampaign, type Step, stepWeights, tabsSummaryOf } from './campaign.ts';

// The long version: `npm run chaos -- --tabs`, which takes `--steps` and `--seed`.
test('whatever happens to tabs, each gets every event once and in order, out of one stream', async () => {
  await using chromium = await startChromium();
  const report = await runTabsCampaign({ context: chromium.context, seed: 1, steps: 60 });
  expect(report.complaints, [...report.log, tabsSummaryOf(report)].join('\n')).toEqual([]);
  expect(report.delivered).toBeGreaterThan(report.published);
  const missing = (Object.keys(stepWeights) as Step[]).filter((step) => !report.steps[step]);
  expect(missing).toEqual([]);
});

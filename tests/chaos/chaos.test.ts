import { beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../support/seeded-random.ts';
import { type CampaignReport, runCampaign, seedOf, summaryOf } from './campaign.ts';
import { drawFrom } from './draw.ts';
import { drawPlan, type FaultKind, faultWeights } from './fault-plan.ts';

// The long version: `npm run chaos`, which takes `--faults` and `--seed`.
const options = { seed: 20_260, faults: 300, clients: 16 };

describe('through faults of every kind', () => {
  let report: CampaignReport;

  beforeAll(async () => {
    report = await runCampaign(options);
  }, 120_000);

  test('every event arrives once and in order, and only a fault or an end is answered with a request', () => {
    expect(report.complaints, summaryOf(report)).toEqual([]);
  });

  test('every kind happened, often enough', () => {
    expect(report.faults).toBeGreaterThanOrEqual(options.faults);
    const missing = Object.keys(faultWeights).filter((kind) => !report.endings[kind as FaultKind]);
    expect(missing).toEqual([]);
    expect(report.delivered).toBeGreaterThan(options.faults);
  });

  test('the same seed draws the same faults again, for each client others', () => {
    const drawn = report.plans.map((plans, client) => {
      const draw = drawFrom(seededRandom(seedOf(options.seed, client)));
      return plans.map(() => drawPlan(draw));
    });
    expect(report.plans).toEqual(drawn);
    expect(new Set(drawn.map((plans) => JSON.stringify(plans))).size).toBe(options.clients);
  });
});

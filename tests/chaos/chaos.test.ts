import { beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../support/seeded-random.ts';
import { type CampaignOptions, type CampaignReport, runCampaign, seedOf, summaryOf } from './campaign.ts';
import { drawFrom } from './draw.ts';
import { drawPlan, type FaultKind, faultWeights } from './proxy/fault-plan.ts';
import { rolesOf } from './roles.ts';

// The long version: `npm run chaos`, which takes `--scene`, `--faults` and `--seed`.
const campaigns: readonly CampaignOptions[] = [
  { scene: 'node', seed: 20_260, faults: 1_000, clients: 26 },
  { scene: 'chromium-fetch', seed: 20_260, faults: 60, clients: 6 },
  { scene: 'chromium-native', seed: 20_260, faults: 60, clients: 6 },
];
const reports: CampaignReport[] = [];

describe.each(campaigns)('through faults of every kind ($scene)', (options) => {
  let report: CampaignReport;

  beforeAll(async () => {
    report = await runCampaign(options);
    reports.push(report);
  });

  test('every event arrives as often as its server allows, and no request is sent but for a fault, an end or a command', () => {
    expect(report.complaints, summaryOf(report)).toEqual([]);
    expect(report.faults).toBeGreaterThanOrEqual(options.faults);
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

test('all that can happen has happened', () => {
  const [inNode] = reports;
  const kinds = Object.keys(faultWeights).filter((kind) => !inNode?.endings[kind as FaultKind]);
  const commands = ['open', 'close', 'reconnect', 'refresh'].filter((name) => !inNode?.commands[name]);
  expect([...kinds, ...commands]).toEqual([]);
  expect(inNode?.endings.second, 'second streams that were refused').toBeGreaterThan(0);
});

test('every kind of server has been met', () => {
  for (const [scene, roles] of Object.entries(rolesOf)) {
    const { byRole = {} } = reports.find((report) => report.scene === scene) ?? {};
    const idle = roles.filter(({ name }) => !byRole[name]).map(({ name }) => name);
    expect(idle, scene).toEqual([]);
  }
});

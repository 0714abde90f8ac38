import { parseArgs } from 'node:util';
import { startChromium } from '../lifecycle/chromium.ts';
import { runTabsCampaign, tabsSummaryOf } from '../tabs/campaign.ts';
import { runCampaign, type Scene, scenes, summaryOf } from './campaign.ts';

const usual: Record<Scene, { readonly faults: number; readonly clients: number }> = {
  node: { faults: 20_000, clients: 26 },
  'chromium-fetch': { faults: 500, clients: 6 },
  'chromium-native': { faults: 500, clients: 6 },
};

// Playwright's own handler closes Chromium and lets the process live, which would wait for a page that is gone. Leaving
// closes everything: the servers are here, and Playwright ends Chromium with us.
for (const [signal, code] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => process.exit(code));
}

const { values } = parseArgs({
  options: {
    /** Where the clients run; everywhere when it is left out. */
    scene: { type: 'string', multiple: true, default: [...scenes] },
    faults: { type: 'string' },
    clients: { type: 'string' },
    /** The campaign of tabs that share a stream, in place of the scenes. */
    tabs: { type: 'boolean', default: false },
    steps: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const unknown = values.scene.filter((name) => !Object.hasOwn(usual, name));
if (unknown.length > 0)
  throw new RangeError(`No scene is called ${unknown}. There are ${scenes.join(', ')}.`);

if (values.tabs) {
  await using chromium = await startChromium();
  const report = await runTabsCampaign({
    context: chromium.context,
    seed: Number(values.seed),
    steps: Number(values.steps),
  });
  if (report.complaints.length > 0) {
    console.error([...report.log.slice(-20), ...report.complaints].join('\n'));
    console.error(`Failed. The same steps again: npm run chaos -- --tabs --seed ${values.seed}`);
    process.exitCode = 1;
  }
  console.log(tabsSummaryOf(report));
}

for (const scene of values.tabs ? [] : scenes.filter((name) => values.scene.includes(name))) {
  const report = await runCampaign({
    scene,
    faults: Number(values.faults ?? usual[scene].faults),
    clients: Number(values.clients ?? usual[scene].clients),
    seed: Number(values.seed),
  });
  for (const complaint of report.complaints.slice(0, 20)) console.error(complaint);
  console.log(summaryOf(report));
  if (report.complaints.length > 0) {
    const again = `npm run chaos -- --scene ${scene} --seed ${report.seed} --clients ${report.clients}`;
    console.error(`Failed. To draw the same faults again: ${again}`);
    process.exitCode = 1;
  }
}

import { parseArgs } from 'node:util';
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
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const unknown = values.scene.filter((name) => !Object.hasOwn(usual, name));
if (unknown.length > 0)
  throw new RangeError(`No scene is called ${unknown}. There are ${scenes.join(', ')}.`);

for (const scene of scenes.filter((name) => values.scene.includes(name))) {
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

import { parseArgs } from 'node:util';
import { runCampaign, summaryOf } from './campaign.ts';

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '20000' },
    clients: { type: 'string', default: '16' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const options = { faults: Number(values.faults), clients: Number(values.clients), seed: Number(values.seed) };

const report = await runCampaign(options);
for (const complaint of report.complaints.slice(0, 20)) console.error(complaint);
console.log(summaryOf(report));
if (report.complaints.length > 0) {
  console.error(`Failed. To draw the same faults again: npm run chaos -- --seed ${options.seed}`);
  process.exitCode = 1;
}

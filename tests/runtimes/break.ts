import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { breakages } from '../support/breakages.ts';
import { createApp } from './app.ts';
import type { Target } from './targets/target.ts';
import { targets } from './targets.ts';

// Breaks five behaviours of the built package, in copies of it, and tells in which runtimes the cases notice. They are all
// broken at once, because each has a case of its own, and most cases that fail wait until they are given up.
//   node tests/runtimes/break.ts            in all of them
//   node tests/runtimes/break.ts bun deno   in these

const wanted = process.argv.slice(2);
const left = targets.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
// Most of the time is spent with waiting in vain.
await Promise.all(
  [1, 2, 3].map(async () => {
    for (let target = left.shift(); target; target = left.shift()) await tryIn(target);
  }),
);

async function tryIn({ name, run }: Target): Promise<void> {
  await using app = await createApp();
  for (const { file, from, to } of breakages) {
    const path = join(app.folder, 'node_modules/sse-machine/dist', `${file}.js`);
    const parts = readFileSync(path, 'utf8').split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${from}`);
    writeFileSync(path, parts.join(to));
  }
  const { reports } = await run({ ...app, only: breakages.map(({ notices }) => notices) }, true);
  const failed = reports.flatMap((report) => report.failed.map((one) => one.name));
  const missed = breakages.filter(({ notices }) => !failed.includes(notices));
  console.log(`${name}: ${breakages.length - missed.length} of ${breakages.length} noticed`);
  for (const { name } of missed) console.log(`  not noticed: ${name}`);
  if (missed.length > 0) process.exitCode = 1;
}

import { writeResult } from '../compatibility/results.ts';
import { createApp } from './app.ts';
import { targets } from './targets.ts';

// Runs every case in every runtime, and writes what became of it into docs/compatibility.
//   node tests/runtimes/main.ts            all of them
//   node tests/runtimes/main.ts bun deno   these

const wanted = process.argv.slice(2);
const chosen = targets.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
if (chosen.length === 0) throw new Error(`Name some of: ${targets.map(({ id }) => id).join(', ')}.`);

await using app = await createApp();
for (const { id, name, run, notPossible = [] } of chosen) {
  try {
    const { version, reports } = await run(app);
    const failed = reports.flatMap((report) => report.failed);
    const passed = reports.reduce((sum, report) => sum + report.passed, 0);
    writeResult(id, { target: name, version, passed, failed: failed.length, notPossible });
    console.log(
      `${name} ${version}: ${passed} passed, ${failed.length} failed, ${notPossible.length} not possible`,
    );
    for (const { name, reason } of failed) console.log(`  ${name}\n    ${reason}`);
    if (failed.length > 0) process.exitCode = 1;
  } catch (error) {
    // The place for tests/support/left-out.ts, which tells at the end of a run what was not run.
    console.error(`${name} was not run: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { breakages } from '../support/breakages.ts';
import { tellingSuites } from '../support/browsers/suites.ts';
import { chosenBrowsers } from './chosen.ts';

// Breaks behaviours of the product one by one, and tells in which browsers the suites of `npm test` notice.
//   node tests/browsers/break.ts            in all of them
//   node tests/browsers/break.ts firefox    in this one

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

for (const [browser, project] of chosenBrowsers()) {
  const before = failuresIn(project);
  console.log(`${browser}, as it is: ${before} failed`);
  if (before !== 0) process.exitCode = 1;
  for (const { name } of breakages) {
    const failed = failuresIn(project, name);
    console.log(`${browser}, ${name}: ${failed} failed`);
    if (!(failed > 0)) process.exitCode = 1;
  }
}

/** How many tests fail; NaN where they could not be run. */
function failuresIn(project: string, breakage = ''): number {
  const folders = tellingSuites.map((suite) => suite.replace(/\/\*.*/, '/'));
  const words = ['run', '--project', project, '--testTimeout', '15000', ...folders];
  const { stdout } = spawnSync(process.execPath, [vitest, ...words], {
    encoding: 'utf8',
    env: { ...process.env, BREAKAGE: breakage },
    maxBuffer: 2 ** 28,
  });
  // The last line of tests/support/closing-line.ts.
  return Number(/(\d+) failed[^\n]*\n$/.exec(stdout)?.[1] ?? Number.NaN);
}

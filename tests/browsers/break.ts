import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { breakages } from '../support/breakages.ts';
import { chosenBrowsers } from './chosen.ts';

// Breaks behaviours of the product one by one, and tells in which browsers a test of a page notices.
//   node tests/browsers/break.ts            in all of them
//   node tests/browsers/break.ts firefox    in this one

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

for (const [browser, project] of chosenBrowsers()) {
  for (const { name } of breakages) {
    const noticed = noticedBy(project, name);
    console.log(`${browser}: ${name}: ${noticed ? `noticed by ${noticed}` : 'not noticed'}`);
    if (!noticed) process.exitCode = 1;
  }
}

/** The first test that fails. */
function noticedBy(project: string, breakage: string): string | undefined {
  const words = ['run', '--project', project, '--bail', '1', '--testTimeout', '15000', 'tests/browser/'];
  const { stderr } = spawnSync(process.execPath, [vitest, ...words], {
    encoding: 'utf8',
    env: { ...process.env, EVERY_BROWSER: '1', BREAKAGE: breakage, NO_COLOR: '1' },
    maxBuffer: 2 ** 28,
  });
  return /^ FAIL +(?:\|[^|]*\| )?(.*)$/m.exec(stderr)?.[1];
}

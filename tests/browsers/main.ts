import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chosenBrowsers } from './chosen.ts';

// Runs every test that lives in a page, in one browser after another, and writes down what became of them. Names given
// on the command line choose among the browsers: `npm run test:browsers -- firefox`.
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
for (const [, project] of chosenBrowsers()) {
  const env = { ...process.env, EVERY_BROWSER: '1', WRITE_COMPATIBILITY: '1' };
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', project], {
    stdio: 'inherit',
    env,
  });
  if (status !== 0) process.exitCode = 1;
}

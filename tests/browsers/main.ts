import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// Runs every test that lives in a page, in one browser after another, and writes down what became of them. Names given
// on the command line choose among the browsers: `npm run test:browsers -- firefox`.
const projects = { chromium: 'browser', firefox: 'firefox', webkit: 'webkit' };
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in projects));
if (unknown.length > 0) {
  console.error(
    `No browser is named ${unknown.join(', ')}: choose from ${Object.keys(projects).join(', ')}.`,
  );
  process.exit(1);
}

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
for (const [name, project] of Object.entries(projects)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const env = { ...process.env, EVERY_BROWSER: '1', WRITE_COMPATIBILITY: '1' };
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', project], {
    stdio: 'inherit',
    env,
  });
  if (status !== 0) process.exitCode = 1;
}

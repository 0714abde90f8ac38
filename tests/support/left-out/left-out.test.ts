import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a browser that is missing is named at the end of the run', () => {
  const { status, stdout } = runSample('');
  expect(stdout).toContain('did not run: tests/browser in webkit: Xvfb is not installed\n');
  expect(stdout).toMatch(/1 passed, 0 failed\n$/);
  expect(status).toBe(0);
});

test('with CI=true, a browser that did not run is a failure', () => {
  const { status, stdout } = runSample('true');
  expect(stdout).toContain('did not run, which is a failure here: tests/browser in webkit');
  expect(stdout).toMatch(/1 passed, 1 failed\n$/);
  expect(status).toBe(1);
});

function runSample(CI: string) {
  const vitest = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));
  const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url));
  return spawnSync(process.execPath, [vitest, 'run', '--config', config], {
    encoding: 'utf8',
    env: { ...process.env, CI },
  });
}

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// `sample.ts` is the run: one suite whose program is missing, one whose program is there.

test('a suite whose program is missing is skipped, and named at the end of the run', () => {
  const { status, stdout } = runSample('');
  expect(stdout).toContain('Not run:\n  sample.ts (2 tests): no-such-server not installed\n');
  expect(status).toBe(0);
});

test('with CI=true, a suite that did not run is a failure', () => {
  const { status, stdout } = runSample('true');
  expect(stdout).toContain('Not run, which is a failure where CI=true:\n  sample.ts (2 tests)');
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

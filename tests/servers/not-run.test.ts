import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Runs a suite that needs Redis and Caddy, where neither is on the path. */
function runWithout(env: Record<string, string>) {
  const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs');
  const root = join(import.meta.dirname, 'not-run');
  const { status, stdout } = spawnSync(process.execPath, [vitest, 'run', '--root', root], {
    encoding: 'utf8',
    env: { PATH: '/nowhere', NO_COLOR: '1', ...env },
  });
  return { status, lines: stdout.trim().split('\n') };
}

const missing = 'redis-server, caddy are not installed';

test('a run says at its end which tests did not run, and what they lack', () => {
  const { status, lines } = runWithout({});
  expect(status).toBe(0);
  expect(lines).toEqual([`did not run: 2 of suite.fixture.ts: ${missing}`, '0 passed, 0 failed, 2 skipped']);
});

test('with CI=true they fail', () => {
  const { status, lines } = runWithout({ CI: 'true' });
  expect(status).toBe(1);
  expect(lines.at(-1)).toBe('0 passed, 2 failed');
});

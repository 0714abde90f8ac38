import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { assertBuilt, root } from '../package/built.ts';

beforeAll(assertBuilt);

// Jest finds the package by its own name, in the build that would be published.
test.each(['node', 'jsdom'])('the kit works under Jest, in its environment %s', (environment) => {
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const flags = ['--config', 'jest.config.json', '--runInBand', '--ci', `${environment}.test`];
  const { status, stderr } = spawnSync(process.execPath, ['--experimental-vm-modules', jest, ...flags], {
    cwd: join(import.meta.dirname, 'jest'),
    encoding: 'utf8',
    timeout: 300_000,
  });
  expect(stderr).toMatch(/Tests: +[5-9] passed, [5-9] total/);
  expect({ status, stderr }).toMatchObject({ status: 0 });
});

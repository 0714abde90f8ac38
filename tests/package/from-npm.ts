import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './built.ts';

/**
 * A package that only these tests need, from npm the first time.
 *
 * @returns The folder of the package.
 * @throws Error when npm cannot bring it.
 */
export function fromNpm(name: string, version: string): string {
  const folder = join(root, '.cache', `${name}-${version}`);
  const installed = join(folder, 'node_modules', name);
  if (existsSync(join(installed, 'package.json'))) return installed;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { [name]: version } }),
  );
  const { status, stderr } = spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    timeout: 100_000,
  });
  if (status !== 0) throw new Error(`npm could not bring ${name} ${version}: ${stderr}`);
  return installed;
}

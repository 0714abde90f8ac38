import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { root } from './built.ts';

/**
 * A package that these tests need: the installed one if it has that version, else from npm the first time.
 *
 * @param beside What is installed with it, with versions.
 * @returns The folder of the package.
 * @throws Error when npm cannot bring it.
 */
export function fromNpm(
  name: string,
  version: string,
  beside: Readonly<Record<string, string>> = {},
): string {
  const own: Readonly<Record<string, string>> = packageJson.devDependencies;
  if (own[name] === version) return join(root, 'node_modules', name);
  const folder = join(root, '.cache', `${name.replace('/', '+')}-${version}`);
  const installed = [name, ...Object.keys(beside)].map((one) => join(folder, 'node_modules', one));
  const [wanted = folder] = installed;
  if (installed.every((path) => existsSync(join(path, 'package.json')))) return wanted;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { [name]: version, ...beside } }),
  );
  const { status, stderr } = spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    timeout: 400_000,
  });
  if (status !== 0) throw new Error(`npm could not bring ${name} ${version}: ${stderr}`);
  return wanted;
}

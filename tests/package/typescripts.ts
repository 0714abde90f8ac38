import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { root } from './built.ts';

/** The oldest TypeScript that our declarations are for, and the one that makes them. */
export const typescripts = ['5.4.5', packageJson.devDependencies.typescript];

/** The compiler of a version, from npm the first time; undefined where npm cannot be reached. */
export function compilerOf(version: string): string | undefined {
  if (version === packageJson.devDependencies.typescript) return join(root, 'node_modules', compiler);
  const folder = join(root, '.cache', `typescript-${version}`);
  const path = join(folder, 'node_modules', compiler);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ private: true, dependencies: { typescript: version } }),
    );
    spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund'], {
      cwd: folder,
      shell: process.platform === 'win32',
      timeout: 50_000,
    });
  }
  return existsSync(path) ? path : undefined;
}

const compiler = 'typescript/bin/tsc';

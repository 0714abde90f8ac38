import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Installs the clients that are measured beside ours, if they are missing, and says so. */
export function installPeers(): void {
  const folder = import.meta.dirname;
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return;
  console.error('bench: installing the clients to measure beside ours (npm ci --prefix benchmarks) …');
  const { status } = spawnSync(
    'npm',
    ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    },
  );
  if (status !== 0) throw new Error('npm could not install them, for the reason above.');
}

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };

// Runs the tests of Node against the oldest and the newest XState that the peer range admits.

const range = packageJson.peerDependencies.xstate;
const tests = ['machines', 'transports', 'adapters', 'testing', 'model', 'inspect', 'lifecycle', 'field'];
const root = join(import.meta.dirname, '../..');

for (const version of [oldest(), newest()]) {
  console.log(`XState ${version}`);
  const { status } = spawnSync(
    'vitest',
    ['run', '--project', 'node', ...tests.map((folder) => `tests/${folder}/`), ...process.argv.slice(2)],
    { cwd: root, stdio: 'inherit', shell: true, env: { ...process.env, XSTATE_FOLDER: install(version) } },
  );
  if (status !== 0) process.exitCode = 1;
}

function oldest(): string {
  const [version] = /\d+\.\d+\.\d+/.exec(range) ?? [];
  if (!version) throw new Error(`The peer range of xstate, ${range}, begins with no version.`);
  return version;
}

/** The newest that npm knows of. */
function newest(): string {
  const admitted: string | string[] = JSON.parse(npm('view', `xstate@${range}`, 'version', '--json'));
  return [admitted].flat().at(-1) ?? oldest();
}

/** @returns The folder of the package. */
function install(version: string): string {
  const folder = join(root, '.cache', `xstate-${version}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { xstate: version } }),
  );
  npm('install', '--prefix', folder, '--no-audit', '--no-fund');
  return join(folder, 'node_modules/xstate');
}

function npm(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', words, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm ${words.join(' ')} failed: ${stderr}`);
  return stdout;
}

import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };

// Runs the tests of Node against the oldest and the newest XState that the peer range admits, and against the oldest
// that paths through the statechart can be made with.

const range = packageJson.peerDependencies.xstate;
const tests = ['machines', 'transports', 'adapters', 'testing', 'model', 'inspect', 'lifecycle', 'field'];
const oldestForPaths = '5.27.0';
const pathTests = ['tests/model/', 'tests/testing/connection-paths.test.ts'];
const root = join(import.meta.dirname, '../..');

for (const version of [oldest(), oldestForPaths, newest()]) {
  console.log(`XState ${version}`);
  const { status } = spawnSync(
    [
      'vitest run --project node',
      ...testFiles({ withPaths: version !== oldest() }),
      ...process.argv.slice(2),
    ].join(' '),
    { cwd: root, stdio: 'inherit', shell: true, env: { ...process.env, XSTATE_FOLDER: install(version) } },
  );
  if (status !== 0) process.exitCode = 1;
}

function testFiles({ withPaths }: { withPaths: boolean }): string[] {
  return tests
    .flatMap((folder) => globSync(`tests/${folder}/**/*.test.{ts,tsx}`, { cwd: root }))
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => withPaths || !pathTests.some((path) => file.startsWith(path)));
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

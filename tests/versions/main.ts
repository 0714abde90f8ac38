import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { writeResult } from '../compatibility/results.ts';
import { runTests } from '../compatibility/run-tests.ts';
import oldestPeers from '../oldest-peers/package.json' with { type: 'json' };
import { root } from '../package/built.ts';

// Runs the tests of Node, and those of the hooks in Chromium, beside the oldest and the newest of each peer that
// package.json admits; and those of Node beside the oldest XState that paths through the statechart can be made with.
//   node tests/versions/main.ts            all of them
//   node tests/versions/main.ts oldest     these

type Versions = Readonly<Record<string, string>>;

interface PeerSet {
  readonly id: string;
  readonly name: string;
  readonly versions: () => Versions;
  /** The folder whose node_modules holds them. */
  readonly folder: (versions: Versions) => string;
  readonly isForHooks: boolean;
}

const oldestForPaths = '5.27.0';
const nodeTests = ['machines', 'transports', 'adapters', 'testing', 'model', 'inspect', 'lifecycle', 'field'];
const pathTests = ['tests/model/', 'tests/testing/connection-paths.test.ts'];
/** It takes a server that `@statelyai/inspect` brings since 0.7. */
const inspectorServerTests = ['tests/inspect/web-socket.test.ts'];

const sets: readonly PeerSet[] = [
  {
    id: 'oldest',
    name: 'The oldest peers',
    versions: () => oldestPeers.dependencies,
    folder: () => join(root, 'tests/oldest-peers'),
    isForHooks: true,
  },
  {
    id: 'paths',
    name: 'The oldest XState for paths',
    versions: () => ({ xstate: oldestForPaths }),
    folder: install,
    isForHooks: false,
  },
  { id: 'newest', name: 'The newest peers', versions: newestPeers, folder: install, isForHooks: true },
];

const tooOld = [
  {
    name: 'paths through the statechart (`connectionPaths` of the test kit)',
    reason: `They take XState ${oldestForPaths}; the error says so.`,
  },
  {
    name: 'an inspector over a WebSocket',
    reason: '`@statelyai/inspect` 0.4 brings no server for one. In a browser it shows connections.',
  },
];

const [wanted] = process.argv.slice(2);
for (const { id, name, versions, folder, isForHooks } of sets.filter(({ id }) => !wanted || id === wanted)) {
  const peers = versions();
  const version = Object.entries(peers)
    .map((pair) => pair.join(' '))
    .join(', ');
  console.log(`${name}: ${version}`);
  const from = folder(peers);
  const files = testFiles(leftOut(id));
  const env = { PEERS_FOLDER: from };
  const runs = [runTests(['--project', 'node', ...files], env)];
  if (isForHooks) runs.push(runTests(['--project', 'browser-oldest'], env));
  const passed = runs.reduce((sum, run) => sum + run.passed, 0);
  const failed = runs.reduce((sum, run) => sum + run.failed, 0);
  writeResult(`peers-${id}`, {
    target: name,
    version,
    passed,
    failed,
    notPossible: id === 'oldest' ? tooOld : [],
  });
  if (failed > 0) process.exitCode = 1;
}

function leftOut(id: string): string[] {
  return ['tests/model/browser/', ...(id === 'oldest' ? [...pathTests, ...inspectorServerTests] : [])];
}

function testFiles(without: readonly string[]): string[] {
  return nodeTests
    .flatMap((folder) => globSync(`tests/${folder}/**/*.test.{ts,tsx}`, { cwd: root }))
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !without.some((path) => file.startsWith(path)));
}

/** The newest of each peer that npm knows of. */
function newestPeers(): Versions {
  const newest = Object.entries(packageJson.peerDependencies).map(([name, range]) => {
    const admitted: string | string[] = JSON.parse(npm('view', `${name}@${range}`, 'version', '--json'));
    // In the order of their days, in which 19.0.9 follows 19.2.
    return [name, [admitted].flat().sort(compareVersions).at(-1) ?? range] as const;
  });
  const versions = Object.fromEntries(newest);
  return { ...versions, 'react-dom': versions['react'] ?? '' };
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Into a folder for these versions alone. */
function install(versions: Versions): string {
  const names = Object.entries(versions).map(([name, version]) => `${name.replace('/', '+')}-${version}`);
  const folder = join(
    root,
    '.cache',
    `peers-${createHash('sha1').update(names.join()).digest('hex').slice(0, 8)}`,
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: versions }));
  npm('install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error');
  return folder;
}

function npm(...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', words, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm ${words.join(' ')} failed: ${stderr}`);
  return stdout;
}

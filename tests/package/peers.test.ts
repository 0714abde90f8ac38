import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import oldestPeers from '../oldest-peers/package.json' with { type: 'json' };
import { entries, root } from './built.ts';
import { type Consumer, createConsumer } from './consumer.ts';

let consumer: Consumer;

beforeAll(() => {
  consumer = createConsumer(join(root, 'tests/oldest-peers/node_modules'));
});

afterAll(() => rmSync(consumer.folder, { recursive: true }));

test('every peer range begins with the version that the tests take for the oldest', () => {
  const begins = Object.entries(packageJson.peerDependencies).map(([name, range]) => [
    name,
    /\d+\.\d+\.\d+/.exec(range)?.[0],
  ]);
  expect(oldestPeers.dependencies).toMatchObject(Object.fromEntries(begins));
});

describe('beside the oldest peers', () => {
  test('every entry works in Node', () => {
    expect(run(everyEntry)).toEqual({ stdout: 'open hello\n', stderr: '' });
  });

  test('paths through the statechart say which XState they take', () => {
    const { stderr } = run(`
      import { connectionPaths } from 'sse-machine/testing';
      connectionPaths();
    `);
    expect(stderr).toContain('Paths through the statechart take XState 5.27 or later.');
  });
});

describe('npm installs the package', () => {
  test.each([
    { react: '18.0.0', '@xstate/react': '4.0.0', xstate: '5.20.0', '@statelyai/inspect': '0.4.0' },
    { react: '18.2.0', '@xstate/react': '4.1.3', xstate: '5.26.0' },
    { react: '18.3.1', '@xstate/react': '5.0.5', xstate: '5.32.6', '@statelyai/inspect': '0.7.1' },
    { react: '19.0.0', '@xstate/react': '6.0.0', xstate: '5.27.0' },
    { vue: '3.3.0', '@xstate/vue': '4.0.0', xstate: '5.20.0', '@statelyai/inspect': '0.4.0' },
    { vue: '3.4.38', '@xstate/vue': '4.0.4' },
    { vue: '3.5.45', '@xstate/vue': '5.0.1', react: '19.3.1', '@xstate/react': '6.1.0' },
  ])('beside %o', (others) => {
    expect(install(others)).toBe('');
  });

  test('but not beside an XState that is too old', () => {
    expect(install({ xstate: '5.19.4' })).toContain('ERESOLVE');
  });
});

/** @returns What npm has to say against it. */
function install(others: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sse-machine-peers-'));
  try {
    writeFileSync(join(folder, 'sse-machine.tgz'), consumer.tarball);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: others }));
    const wanted = ['./sse-machine.tgz', ...('xstate' in others ? [] : ['xstate'])];
    const planOnly = [
      '--package-lock-only',
      '--ignore-scripts',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ];
    const { stderr } = spawnSync('npm', ['install', ...wanted, ...planOnly], {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    return stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(code: string) {
  writeFileSync(join(consumer.folder, 'app.mjs'), code);
  const { stdout, stderr } = spawnSync(process.execPath, ['app.mjs'], {
    cwd: consumer.folder,
    encoding: 'utf8',
  });
  return { stdout, stderr };
}

const everyEntry = `
  ${entries.map((entry) => `import '${entry}';`).join('\n')}
  import { createConnection } from 'sse-machine';
  import { createScriptedTransport } from 'sse-machine/testing';

  const server = createScriptedTransport();
  const connection = createConnection('/api/events', { transport: server.transport });
  connection.on('greeting', ({ data }) => {
    console.log(connection.state.status, data);
    connection.close();
  });
  await server.accept();
  await server.send({ event: 'greeting', data: 'hello' });
`;

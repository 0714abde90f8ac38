import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { startServer } from '../doctor/manners.ts';
import { root } from './built.ts';
import { type Consumer, createConsumer } from './consumer.ts';

let consumer: Consumer;

beforeAll(() => {
  consumer = createConsumer();
  // `npx` installs no peer that is optional, and pnpm none at all.
  for (const peer of Object.keys(packageJson.peerDependencies)) {
    rmSync(join(consumer.folder, 'node_modules', peer), { recursive: true });
  }
});

afterAll(() => rmSync(consumer.folder, { recursive: true }));

/** The path of the command as npm links it. */
const command = () => join(consumer.installed, packageJson.bin['sse-machine']);

test('the command examines a server, without any peer', async () => {
  await using server = await startServer({ headers: { 'x-accel-buffering': undefined } });
  const { code, stdout, stderr } = await run([command(), 'doctor', server.url, '--watch', '500ms']);
  expect(stderr).toBe('');
  expect(stdout).toContain('There is no X-Accel-Buffering.');
  expect(stdout).toMatch(/1 warning\. \d+ checks passed/);
  expect(code).toBe(1);
});

test('the command says how it is used', async () => {
  const [help, nonsense] = await Promise.all([
    run([command(), 'doctor', '--help']),
    run([command(), 'cure']),
  ]);
  expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--fail-on') });
  expect(nonsense).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('no command cure') });
});

const runners = {
  'node:test': {
    words: ['--test', 'server.test.mjs'],
    imports: "import test from 'node:test';",
    call: 'test(name, { timeout }, run)',
    passed: /pass 2\n/,
  },
  Jest: {
    words: [
      '--experimental-vm-modules',
      '--no-warnings',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--testMatch=**/*.test.mjs',
    ],
    imports: '',
    call: 'test(name, run, timeout)',
    passed: /2 passed/,
  },
};

test.each(Object.entries(runners))('its tests run in %s', async (_, { words, imports, call, passed }) => {
  await using server = await startServer({ every: 0 });
  writeFileSync(join(consumer.folder, 'package.json'), '{ "type": "module", "jest": { "transform": {} } }');
  writeFileSync(
    join(consumer.folder, 'server.test.mjs'),
    `${imports}
    import { conformanceTests } from 'sse-machine/doctor';
    const options = { watch: 300, only: ['status', 'headers', 'head'] };
    for (const { name, run, timeout } of conformanceTests('${server.url}', options)) ${call};
    `,
  );
  const { code, stdout, stderr } = await run(words);
  expect(stdout + stderr).toMatch(passed);
  expect(code).toBe(0);
});

function run(words: readonly string[]) {
  const env = { ...process.env, NODE_OPTIONS: '', VITEST: undefined, NODE_TEST_CONTEXT: undefined };
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(process.execPath, words, { cwd: consumer.folder, env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

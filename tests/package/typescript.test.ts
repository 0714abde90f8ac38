import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { entries, root } from './built.ts';
import { type Consumer, createConsumer } from './consumer.ts';
import { fromNpm } from './from-npm.ts';
import { typescripts } from './typescript.ts';

const app = join(root, 'tests/package/apps/typescript/app.ts');

const tried = typescripts
  .filter(({ isQuick }) => isQuick || process.env['EVERY_BUNDLER'])
  .flatMap(({ version, resolutions }) => resolutions.map((resolution) => ({ version, resolution })));

let newest: Consumer;
let oldest: Consumer;

beforeAll(() => {
  newest = createConsumer();
  oldest = createConsumer(join(root, 'tests/oldest-peers/node_modules'));
  return () => [newest, oldest].map(({ folder }) => rmSync(folder, { recursive: true }));
});

test('the app uses every entry', () => {
  const source = readFileSync(app, 'utf8');
  expect(entries.filter((entry) => !source.includes(`from '${entry}'`))).toEqual([]);
});

test.each(tried)(
  'TypeScript $version that knows ES2022 alone can check every declaration with moduleResolution $resolution',
  ({ version, resolution }) => {
    expect(check(newest, version, resolution, { skipLibCheck: false })).toEqual([]);
  },
);

describe('beside the oldest peers', () => {
  const versions = tried.filter(({ resolution }) => resolution === 'bundler');

  test.each(versions)('TypeScript $version takes the app', ({ version, resolution }) => {
    expect(check(oldest, version, resolution, { skipLibCheck: true })).toEqual([]);
  });

  // As docs/compatibility.md says.
  test('the declarations alone cannot be checked: an XState before 5.33 has another StateMachine', () => {
    const { typescript } = packageJson.devDependencies;
    const complaints = check(oldest, typescript, 'bundler', { skipLibCheck: false });
    expect(complaints).toEqual([
      expect.stringMatching(
        /machines\/connection\.d\.ts.*Generic type 'StateMachine<.*requires 14 type argument/,
      ),
    ]);
  });
});

/** The peers that an entry needs by itself. `npm test` tries those that need none. */
const ownPeers = [
  { peers: [], without: ['react', 'vue', 'tanstack-query', 'opentelemetry', 'inspect'] },
  { peers: ['react', '@types/react'], only: 'react' },
  { peers: ['vue'], only: 'vue' },
  { peers: ['@tanstack/query-core'], only: 'tanstack-query' },
  { peers: ['@opentelemetry/api'], only: 'opentelemetry' },
  // That of the local viewer too: as docs/compatibility.md says.
  { peers: ['@statelyai/inspect'], only: 'inspect' },
];
const everywhere = ['xstate', ...Object.keys(packageJson.dependencies)];

test.each(ownPeers.filter(({ only }) => !only || process.env['EVERY_BUNDLER']))(
  'the declarations of an entry take the peers of that entry alone: $peers',
  ({ peers, only, without }) => {
    const consumer = createConsumer(undefined, [...everywhere, ...peers]);
    onTestFinished(() => rmSync(consumer.folder, { recursive: true }));
    const chosen = entries.filter((entry) => {
      const name = entry.replace('sse-machine/', '');
      return only === undefined ? !without.includes(name) : name === only;
    });
    const imports = chosen.map((entry, n) => `export * as entry${n} from '${entry}';`).join('\n');
    const { typescript } = packageJson.devDependencies;
    expect(check(consumer, typescript, 'bundler', { skipLibCheck: false }, imports)).toEqual([]);
  },
);

/** @returns The complaints of TypeScript, without those about the declarations of the peers, which are their affair. */
function check(
  { folder }: Consumer,
  version: string,
  resolution: string,
  options: object,
  source = readFileSync(app, 'utf8'),
): string[] {
  const typescript = fromNpm('typescript', version);
  const project = mkdtempSync(join(folder, 'typescript-'));
  const compilerOptions = {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    target: 'es2022',
    lib: ['es2022', 'dom'],
    module: resolution === 'nodenext' ? 'nodenext' : 'esnext',
    moduleResolution: resolution,
    ...(version.startsWith('6.') && { ignoreDeprecations: '6.0' }),
    types: [],
    ...options,
  };
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'app.ts'), source);
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
  const { stdout } = spawnSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', project], {
    cwd: project,
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((line) => /^app\.ts|[\\/]sse-machine[\\/]|^error/.test(line));
}

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, posix } from 'node:path';
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { rooms } from '../../scripts/published.mjs';
import { entries, peers, root } from './built.ts';
import { type Consumer, createConsumer } from './consumer.ts';
import { fromNpm } from './from-npm.ts';

const modern = ['bundler', 'nodenext'];

/** From the oldest TypeScript that the declarations are for to the one that makes them. `npm test` tries these two. */
const typescripts = [
  { version: '5.4.5', resolutions: [...modern, 'node10'], isQuick: true },
  { version: '5.9.3', resolutions: [...modern, 'node10'] },
  { version: '6.0.3', resolutions: [...modern, 'node10'] },
  { version: packageJson.devDependencies.typescript, resolutions: modern, isQuick: true },
]
  .filter(({ isQuick }) => isQuick || process.env['EVERY_BUNDLER'])
  .flatMap(({ version, resolutions }) => resolutions.map((resolution) => ({ version, resolution })));

let consumer: Consumer;

beforeAll(() => {
  consumer = createConsumer();
  return () => rmSync(consumer.folder, { recursive: true });
}, 60_000);

describe('the published package', () => {
  test('gives publint nothing to remark on', async () => {
    const { messages, pkg } = await publint({ pkgDir: consumer.installed, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  test('has types that every resolution for ESM finds and that are right', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(consumer.tarball));
    const problems = analysis.types ? analysis.problems : ['no types'];
    expect(problems.filter((problem) => !isAboutCommonJs(problem))).toEqual([]);
  });

  test('holds the build, its sources and what a reader looks for, and nothing else', () => {
    const wanted = [
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|skills\/sse-machine\/SKILL\.md)$/,
      /^dist\/[\w/-]+\.(js|d\.ts)(\.map)?$/,
      new RegExp(`^(${rooms.join('|')})(/[\\w/-]+\\.ts)?$`),
    ];
    expect(consumer.files.filter((file) => !wanted.some((pattern) => pattern.test(file)))).toEqual([]);
    expect(consumer.files).toEqual(
      expect.arrayContaining(['README.md', 'CHANGELOG.md', 'LICENSE', 'index.ts']),
    );
  });

  test('holds every file that its exports name', () => {
    const targets = Object.values(packageJson.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    expect(consumer.files).toEqual(expect.arrayContaining(targets.map((file) => posix.normalize(file))));
  });

  test('leads those who do not know exports to the same files', () => {
    const { main, types, alias, typesVersions, exports } = packageJson;
    const { '.': first, './package.json': _, ...others } = exports;
    expect({ types, default: main }).toEqual(first);
    const paths = Object.entries(others);
    expect(alias).toEqual(Object.fromEntries(paths.map(([path, { default: file }]) => [path, file])));
    expect(typesVersions['*']).toEqual(
      Object.fromEntries(paths.map(([path, { types }]) => [path.slice(2), [types]])),
    );
  });

  test('says at the beginning of the entry for React that it is for clients, as Next.js wants it', () => {
    const entry = readFileSync(join(consumer.installed, packageJson.exports['./react'].default), 'utf8');
    expect(entry).toMatch(/^'use client';\n/);
    const imports = consumer.files.filter(
      (file) =>
        file.endsWith('.js') && /from 'react'/.test(readFileSync(join(consumer.installed, file), 'utf8')),
    );
    expect(imports.map((file) => `./${file}`)).toEqual([packageJson.exports['./react'].default]);
  });

  test('holds every source that its maps name', () => {
    const maps = consumer.files.filter((file) => file.endsWith('.map'));
    const sources = maps.flatMap((map) => {
      const { sources } = JSON.parse(readFileSync(join(consumer.installed, map), 'utf8'));
      return sources.map((source: string) => posix.join(posix.dirname(map), source));
    });
    expect(sources.length).toBeGreaterThan(0);
    expect(consumer.files).toEqual(expect.arrayContaining(sources));
  });
});

test('the package asks for the Node that its dependencies ask for', () => {
  const asked = Object.keys(packageJson.dependencies).map((name) => {
    const manifest = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
    return JSON.parse(manifest).engines?.node;
  });
  expect(asked.filter(Boolean)).toEqual([packageJson.engines.node]);
});

describe.each(nodes())('in $name', ({ path }) => {
  test.each(entries)('import %s works, asks for no browser global and keeps nothing open', (entry) => {
    writeFileSync(join(consumer.folder, 'import.mjs'), importAndTell(entry));
    const { status, stdout, stderr } = spawnSync(path, ['import.mjs'], {
      cwd: consumer.folder,
      encoding: 'utf8',
      timeout: 10_000,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      exports: expect.arrayContaining([expect.any(String)]),
      asked: [],
      open: [],
    });
  });
});

describe('a TypeScript project', () => {
  test.each([
    ['bundler', 'esnext'],
    ['nodenext', 'nodenext'],
  ])('with moduleResolution %s finds the types of every entry', (moduleResolution, module) => {
    writeFileSync(join(consumer.folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(consumer.folder, 'app.ts'), app);
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const options = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: 'es2022',
      module,
      moduleResolution,
    };
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...flags, 'app.ts'], {
      cwd: consumer.folder,
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  test.each(typescripts)(
    'of TypeScript $version that knows ES2022 alone can check every declaration with moduleResolution $resolution',
    ({ version, resolution }) => {
      const typescript = fromNpm('typescript', version);
      const folder = join(consumer.folder, `typescript-${version}-${resolution}`);
      const compilerOptions = {
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        exactOptionalPropertyTypes: true,
        target: 'es2022',
        lib: ['es2022', 'dom'],
        module: resolution === 'nodenext' ? 'nodenext' : 'esnext',
        moduleResolution: resolution,
        ...(version.startsWith('6.') && { ignoreDeprecations: '6.0' }),
        types: [],
      };
      mkdirSync(folder);
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
      writeFileSync(join(folder, 'app.ts'), app + disposing);
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
      const { stdout } = spawnSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', folder], {
        cwd: folder,
        encoding: 'utf8',
      });
      // The types of the peers are their affair.
      const ours = stdout.split('\n').filter((line) => /^app\.ts|[\\/]sse-machine[\\/]|^error/.test(line));
      expect(ours).toEqual([]);
    },
    300_000,
  );
});

/** The package is ESM alone: `require` is not served. */
function isAboutCommonJs(problem: string | Problem): boolean {
  return (
    typeof problem !== 'string' && 'resolutionKind' in problem && problem.resolutionKind === 'node16-cjs'
  );
}

const app = `
${entries.map((entry, n) => `import * as entry${n} from '${entry}';`).join('\n')}
import { createConnection } from 'sse-machine';
import { useServerSentEvents as useInReact } from 'sse-machine/react';
import { useServerSentEvents as useInVue } from 'sse-machine/vue';

type Status = 'connecting' | 'open' | 'backoff' | 'failed' | 'closed';
const connection = createConnection('/api/events', { maxRetries: 8 });
const inReact = useInReact('/api/events', { maxRetries: 8 });
const inVue = useInVue('/api/events', { maxRetries: 8 });
const validate = (value: unknown) => ({ value: value as { cents: number } });
const price = { '~standard': { version: 1 as const, vendor: 'app', validate } };
createConnection('/api/events', { events: { price } }).on('price', ({ data }) => data.cents.toFixed());
const { selected } = useInReact('/api/events', { events: { price }, select: ({ latest }) => latest.price?.data.cents });
const { data } = useInVue('/api/events', { events: { price }, initial: 0, reduce: (sum, { data }) => sum + data.cents });
export const gathered: [number | undefined, number] = [selected, data.value];
// @ts-expect-error
createConnection('/api/events', { events: { price } }).on('price', ({ data }) => data.title);

export const statuses: Status[] = [connection.state.status, inReact.status, inVue.status.value];

// @ts-expect-error so that types which are not found, and are \`any\` then, do not pass
export const wrong: number[] = [connection.state.status];
// @ts-expect-error
export const wrongInReact: number = inReact.status;
// @ts-expect-error
export const wrongInVue: number = inVue.status.value;
export const everything = [${entries.map((_, n) => `entry${n}`).join(', ')}];
`;

const disposing = `
export const disposed: Promise<void> = Promise.resolve(connection[Symbol.asyncDispose]());
export async function use() {
  await using own = createConnection('/api/events');
  return own.state.status;
}
`;

// The peers are imported first: what they look at is their affair.
function importAndTell(entry: string) {
  const globals = ['window', 'document', 'navigator', 'location', 'addEventListener', 'EventSource', 'fetch'];
  return `
    ${peers.map((peer) => `import '${peer}';`).join('\n')}
    const asked = [];
    for (const name of ${JSON.stringify(globals)}) {
      Object.defineProperty(globalThis, name, { get: () => void asked.push(name) });
    }
    const exports = Object.keys(await import('${entry}'));
    await new Promise((resolve) => setImmediate(resolve));
    const open = process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY)/.test(name));
    console.log(JSON.stringify({ exports, asked, open }));
  `;
}

/** The Node that runs the tests, and the system's own where there is another. */
function nodes() {
  const { PATH = '' } = process.env;
  const system = PATH.split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => ({ name: 'the Node of this system', path: join(folder, 'node') }))
    .filter(({ path }) => path !== process.execPath && existsSync(path));
  return [{ name: 'the Node of these tests', path: process.execPath }, ...system.slice(0, 1)];
}

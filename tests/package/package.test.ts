import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, posix } from 'node:path';
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { rooms } from '../../scripts/published.mjs';
import { entries, peers, root } from './built.ts';
import { type Consumer, createConsumer } from './consumer.ts';

let consumer: Consumer;

beforeAll(() => {
  consumer = createConsumer();
  return () => rmSync(consumer.folder, { recursive: true });
});

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
      timeout: 300_000,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      exports: expect.arrayContaining([expect.any(String)]),
      asked: [],
      open: [],
    });
  });
});

/** The package is ESM alone: `require` is not served. */
function isAboutCommonJs(problem: string | Problem): boolean {
  return (
    typeof problem !== 'string' && 'resolutionKind' in problem && problem.resolutionKind === 'node16-cjs'
  );
}

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

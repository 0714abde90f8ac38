import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { rowsOfOurs } from '../../benchmarks/size.ts';
import { assertBuilt, peers, root } from './built.ts';

const core = `export { createConnection } from 'sse-machine';`;

const tabs = `export { acrossTabs } from 'sse-machine/tabs';`;

const queries = `export { streamInto, sseQueryOptions } from 'sse-machine/tanstack-query';`;
const eventSource = (name: string) => `export { ${name} } from 'sse-machine/event-source';`;

const telemetry = `export { observeConnections } from 'sse-machine/opentelemetry';`;

const inspection = `export { inspectConnections } from 'sse-machine/inspect';`;

/** Modules that are loaded only where they are asked for, each as its own file. */
const loadedLater = ['*/viewer/open-viewer.js'];

/** Bytes, minified and gzipped, without the peers. `on` is what an app has already. */
const budgets = [
  // Since the statechart decides about replacements too, what was delivered is remembered as fingerprints, and poor
  // runtimes, preflights, headers that do not come, faults of the app, wrong clocks and messages that nobody asked for
  // are told. Redirects are followed by hand, any `fetch` will do, the app is shown each answer, and a signal may close
  // a connection. Of this, 1,900 are for `share`, which `createConnection` has to know of at once, and 1,100 for schemas.
  // 180 are for the four callbacks of its life, each user's own, and 170 for loops that hold back the stream. The hooks gather, choose and settle.
  { what: 'createConnection', code: core, on: '', budget: 21_450 },
  { what: 'React hooks, on top', code: hooks('react'), on: core, budget: 3_020 },
  { what: 'Vue composables, on top', code: hooks('vue'), on: core, budget: 3_370 },
  // Of this, 1,200 are for `streamInto`, and the rest for queries that open and suspend their connection.
  { what: 'TanStack Query, on top', code: queries, on: core, budget: 2_220 },
  { what: 'across tabs, on top', code: tabs, on: core, budget: 5_050 },
  { what: 'EventSource, on top', code: eventSource('EventSource'), on: core, budget: 1_570 },
  { what: 'createEventSource, on top', code: eventSource('createEventSource'), on: core, budget: 1_390 },
  { what: 'OpenTelemetry, on top', code: telemetry, on: core, budget: 3_800 },
  { what: 'inspection, on top', code: inspection, on: core, budget: 3_900 },
];

beforeAll(assertBuilt);

test.each(budgets)('$what: at most $budget bytes', async ({ what, code, on, budget }) => {
  const size = (await bundle(on + code)).size - (on ? (await bundle(on)).size : 0);
  console.log(
    `${what.padEnd(26)}${size.toLocaleString('en').padStart(6)} of ${budget.toLocaleString('en')} bytes`,
  );
  expect(size).toBeLessThanOrEqual(budget);
});

test('the page about performance says what each entry weighs, in gzip and brotli', async () => {
  const page = readFileSync(join(root, 'docs/performance.md'), 'utf8');
  const [, table = ''] = /### Size, minified, in bytes([^#]*)/.exec(page) ?? [];
  const written = new Map(table.split('\n').map(cellsOf));
  for (const [name, ...figures] of await rowsOfOurs()) {
    const row = written.get(name) ?? [];
    // Within a hundredth: `npm run bench -- --only size --write` writes it anew.
    const isTrue = figures.map((figure, index) => Math.abs(numberIn(figure) / (row[index] ?? 0) - 1) < 0.01);
    expect({ name, row, isTrue }).toEqual({ name, row, isTrue: [true, true, true, true] });
  }
});

test('the statechart alone brings no transport and no adapter with it', async () => {
  const { files } = await bundle(`export { connectionMachine } from 'sse-machine';`);
  expect(files).toContain('dist/machines/connection.js');
  expect(files.filter((file) => !file.startsWith('dist/machines/'))).toEqual([]);
});

test('the test kit can be bundled for a browser, which has no Node to give it', async () => {
  const { files } = await bundle(`export * from 'sse-machine/testing';`);
  expect(files).toContain('dist/testing/scripted-server.js');
});

/** The name and the figures of a line of a table. */
function cellsOf(line: string): [name: string | undefined, figures: number[]] {
  const [, name, ...figures] = line.split('|');
  return [name?.trim(), figures.slice(0, -1).map(numberIn)];
}

function numberIn(text: string): number {
  return Number(text.replaceAll(',', ''));
}

function hooks(framework: string) {
  return `export { useServerSentEvents, useConnection } from 'sse-machine/${framework}';`;
}

async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    absWorkingDir: root,
    tsconfigRaw: {}, // the `paths` of ours would lead to the sources
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    external: [...peers, ...loadedLater],
    metafile: true,
    write: false,
  });
  const [output] = outputFiles;
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return {
    size: gzipSync(output?.contents ?? '', { level: 9 }).length,
    files: inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file),
  };
}

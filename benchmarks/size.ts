import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';
import type { Table } from './report/table.ts';

interface Import {
  readonly name: string;
  readonly code: string;
  /** Left out, because an app that takes this import has it already. */
  readonly without?: readonly string[];
}

const root = join(import.meta.dirname, '..');

const frameworks = [
  ...['react', 'vue', '@xstate/react', '@xstate/vue', '@statelyai/inspect', '@tanstack/query-core'],
  '*/viewer/open-viewer.ts', // which is loaded only where it is asked for
];

const ours: readonly Import[] = [
  { name: '`createConnection`', code: `export { createConnection } from './index.ts'` },
  { name: '`sse-machine`, everything', code: `export * from './index.ts'` },
  {
    name: '`connectionMachine` and `fetchTransport`',
    code: `export { connectionMachine, fromTransport, fetchTransport } from './index.ts'`,
  },
  {
    name: '`sse-machine/react`, `useServerSentEvents`',
    code: `export { useServerSentEvents } from './adapters/react.ts'`,
  },
  {
    name: '`sse-machine/vue`, `useServerSentEvents`',
    code: `export { useServerSentEvents } from './adapters/vue.ts'`,
  },
  { name: '`sse-machine/tabs`', code: `export { acrossTabs } from './tabs/index.ts'` },
  { name: '`sse-machine/event-source`', code: `export { EventSource } from './event-source/index.ts'` },
  {
    name: '`sse-machine/tanstack-query`',
    code: `export { streamInto, sseQueryOptions } from './adapters/tanstack-query.ts'`,
  },
  {
    name: '`sse-machine/inspect`',
    code: `export { inspectConnections } from './visualizations/inspect/index.ts'`,
  },
];

const peers: readonly Import[] = [
  { name: 'eventsource', code: `export { EventSource } from 'eventsource'` },
  { name: 'eventsource-client', code: `export { createEventSource } from 'eventsource-client'` },
  {
    name: '@microsoft/fetch-event-source',
    code: `export { fetchEventSource } from '@microsoft/fetch-event-source'`,
  },
  { name: 'event-source-plus', code: `export { EventSourcePlus } from 'event-source-plus'` },
  { name: 'eventsource-parser', code: `export { createParser } from 'eventsource-parser'` },
];

/** Measures the bundle of an app. Packages that need Node have no figure: launchdarkly-eventsource is left out. */
export async function size(): Promise<Table[]> {
  const rows = await rowsOfOurs();
  for (const { name, code } of peers) {
    const { gzip, brotli } = await weigh(code, import.meta.dirname, []);
    rows.push([name, ...[gzip, brotli, gzip, brotli].map(bytes)]);
  }
  const head = ['import', 'gzip, with `xstate`', 'brotli', 'gzip, without', 'brotli'];
  return [{ title: 'Size, minified, in bytes', head, rows }, await parts()];
}

/** A row for each entry of this package. */
export async function rowsOfOurs(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const { name, code } of ours) {
    const whole = await weigh(code, root, frameworks);
    const lean = await weigh(code, root, [...frameworks, 'xstate']);
    rows.push([`**${name}**`, ...[whole.gzip, whole.brotli, lean.gzip, lean.brotli].map(bytes)]);
  }
  return rows;
}

/** The parts of a connection, by the files that they are in; a file is of the first that fits. */
const partNames: readonly (readonly [name: string, files: RegExp])[] = [
  ['the statechart and its rules', /machines\/(connection|policy|backoff|jitter|settings|connection-error)/],
  [
    'signals of the page, the clock, XState',
    /machines\/(environment|clock|revivable|xstate|onlooker|message)/,
  ],
  ['a connection for all of a page (`share`)', /adapters\/(shared-connections|sharing)/],
  [
    'the request: URL, headers, redirects, refusals',
    /transports\/(fetch|http|network|event-id|resource|asked)/,
  ],
  ['replays', /transports\/replays/],
  ['schemas', /transports\/(schemas|check-messages|invalid)/],
  ['`eventsource-parser`', /eventsource-parser/],
  ['options: defaults and rules', /option/],
  ['the stream: parsing, delivery, silence', /transports/],
  ['the connection itself: listeners, loops, persistence', /adapters|index/],
];

/** Measures how much smaller a connection would be without each of its parts. Code that parts share counts for none. */
async function parts(): Promise<Table> {
  const code = await bundle(ours[0]?.code ?? '', root, [...frameworks, 'xstate'], false);
  const files = await Promise.all(
    code.split(/^\/\/ (?=[\w.@/-]+\n)/m).map(async (part) => {
      const name = part.slice(0, part.indexOf('\n'));
      const text = part.slice(name.length);
      return {
        name,
        code: (await transform(text, { minifyWhitespace: true }).catch(() => ({ code: text }))).code,
      };
    }),
  );
  const partOf = (name: string) => partNames.find(([, pattern]) => pattern.test(name))?.[0];
  const gzipWithout = (part?: string) =>
    gzip(files.map((file) => (part && partOf(file.name) === part ? '' : file.code)).join(''));
  const all = gzipWithout();
  return {
    title: 'What `createConnection` would save without a part of it, in bytes',
    head: ['part', 'gzip'],
    rows: partNames.map(([part]) => [part, bytes(all - gzipWithout(part))]),
  };
}

export interface Weight {
  readonly gzip: number;
  readonly brotli: number;
}

/** Bundles `code` as an app in the folder would ship it, and weighs that. */
export async function weigh(code: string, resolveDir: string, external: readonly string[]): Promise<Weight> {
  const text = await bundle(code, resolveDir, external, true);
  return { gzip: gzip(text), brotli: brotliCompressSync(text).length };
}

function gzip(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}

async function bundle(
  contents: string,
  resolveDir: string,
  external: readonly string[],
  minifyWhitespace: boolean,
): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    absWorkingDir: root,
    bundle: true,
    minifyIdentifiers: true,
    minifySyntax: true,
    minifyWhitespace,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    external: [...external],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

function bytes(count: number): string {
  return count.toLocaleString('en');
}

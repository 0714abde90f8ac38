import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Table } from './report/table.ts';

interface Import {
  readonly name: string;
  readonly code: string;
  /** Left out, because an app that takes this import has it already. */
  readonly without?: readonly string[];
}

const root = join(import.meta.dirname, '..');

const frameworks = ['react', 'vue', '@xstate/react', '@xstate/vue', '@statelyai/inspect'];

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

/** Weighs what an app would ship. What needs Node has no figure: launchdarkly-eventsource is not among them. */
export async function size(): Promise<Table[]> {
  const rows: string[][] = [];
  for (const { name, code } of ours) {
    const whole = await weigh(code, root, frameworks);
    const lean = await weigh(code, root, [...frameworks, 'xstate']);
    rows.push([`**${name}**`, bytes(whole), bytes(lean)]);
  }
  for (const { name, code } of peers) {
    const weight = await weigh(code, import.meta.dirname, []);
    rows.push([name, bytes(weight), bytes(weight)]);
  }
  return [
    { title: 'Size, minified and gzipped, in bytes', head: ['import', 'with `xstate`', 'without'], rows },
  ];
}

async function weigh(contents: string, resolveDir: string, external: readonly string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    external: [...external],
    write: false,
    logLevel: 'silent',
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

function bytes(count: number): string {
  return count.toLocaleString('en');
}

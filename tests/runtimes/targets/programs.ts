import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../package/built.ts';
import { fromNpm } from '../../package/from-npm.ts';
import { runProgram } from './run-program.ts';
import { givenFor, type NotPossible, runAndTell, type Target } from './target.ts';

const oldestNode = '22.12.0';
const newestNode = '26.10.0';

const noCache: NotPossible = {
  name: 'EventSource, request-cache-control: Cache-Control is no-cache, both times, and causes no preflight',
  reason:
    'It has no cache of its own, and sends no Cache-Control for `cache: no-store`. `headers` can send one to caches on the way.',
};

const inBin = (name: string) => join(root, 'node_modules/.bin', name);
const node = (version: string) => join(fromNpm('node', version), 'bin/node');

/** Programs that run a file, by `import` and by `require()`. */
export const programs: readonly Target[] = [
  program({
    id: 'node-oldest',
    name: 'Node, the oldest',
    isQuick: true,
    command: () => [node(oldestNode)],
  }),
  program({ id: 'node-newest', name: 'Node, the newest', command: () => [node(newestNode)] }),
  program({
    id: 'bun',
    name: 'Bun',
    isQuick: true,
    version: 'Bun.version',
    command: () => [inBin('bun')],
    notPossible: [noCache],
  }),
  program({
    id: 'deno',
    name: 'Deno',
    isQuick: true,
    version: 'Deno.version.deno',
    command: () => [inBin('deno'), 'run', '--allow-all', '--no-lock', '--node-modules-dir=manual'],
    notPossible: [noCache],
  }),
];

interface Program extends Omit<Target, 'run'> {
  readonly command: () => [string, ...string[]];
  /** An expression. */
  readonly version?: string;
}

function program({ command, version = 'process.versions.node', notPossible, ...target }: Program): Target {
  return {
    ...target,
    ...(notPossible && { notPossible }),
    async run(app, isShort = false) {
      const tell = runAndTell('JSON.parse(process.env.GIVEN)', version);
      writeFileSync(join(app.folder, 'import.mjs'), imports + tell);
      writeFileSync(join(app.folder, 'require.cjs'), requires + tell);
      const told = [];
      for (const file of ['import.mjs', 'require.cjs'].slice(0, isShort ? 1 : 2)) {
        const env = { GIVEN: givenFor(app, notPossible) };
        told.push(await runProgram([...command(), file], app.folder, env));
      }
      return { version: told[0]?.version ?? '', reports: told.map(({ report }) => report) };
    },
  };
}

const imports = `
  import * as core from 'sse-machine';
  import { EventSource } from 'sse-machine/event-source';
  import { conform } from './conformance.mjs';
`;

const requires = `
  const core = require('sse-machine');
  const { EventSource } = require('sse-machine/event-source');
  const { conform } = require('./conformance.cjs');
`;

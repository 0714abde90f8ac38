import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { root } from '../../package/built.ts';
import { fromNpm } from '../../package/from-npm.ts';
import { runProgram } from './run-program.ts';
import { type App, givenFor, type NotPossible, type Target } from './target.ts';

/** The last that brought an environment for Jest. */
const happyDomForJest = '20.14.5';

const preflights = [
  'EventSource, eventsource-close: after that there is silence',
  'EventSource, request-accept: Accept is text/event-stream',
  'EventSource, request-cache-control: Cache-Control is no-cache, both times, and causes no preflight',
].map(
  (name): NotPossible => ({
    name,
    reason:
      'happy-dom sends a preflight before every request to another origin that has a header, also `Accept`, and no Cache-Control.',
  }),
);

/** Documents that are played in Node, each under a test runner. */
export const testRunners: readonly Target[] = [
  underVitest('jsdom', []),
  underVitest('happy-dom', preflights),
  underJest({
    id: 'jest-jsdom',
    name: 'jsdom under Jest, with the `fetch` of Node',
    version: packageJson.devDependencies.jsdom,
    environment: writeFetchingJsdom,
    notPossible: [
      {
        name: '`close()` closes the socket of a request that nobody has answered',
        reason:
          'The `fetch` of Node refuses the `AbortSignal` of jsdom, so that a request is sent without one: its socket is closed when its answer comes. Give the environment the `AbortController` of Node too.',
        link: 'https://github.com/vitest-dev/vitest/issues/8374',
      },
    ],
  }),
  underJest({
    id: 'jest-happy-dom',
    name: 'happy-dom under Jest',
    version: happyDomForJest,
    environment: () => fromNpm('@happy-dom/jest-environment', happyDomForJest),
    notPossible: preflights,
  }),
];

function underVitest(environment: 'jsdom' | 'happy-dom', notPossible: readonly NotPossible[]): Target {
  return {
    id: `vitest-${environment}`,
    name: `${environment} under Vitest`,
    notPossible,
    async run(app) {
      writeTest(app, notPossible);
      writeFileSync(join(app.folder, 'vitest.config.mjs'), 'export default { test: { globals: true } };');
      for (const name of ['vitest', environment]) link(app, name);
      const vitest = join(root, 'node_modules/vitest/vitest.mjs');
      const words = ['run', 'cases.test.mjs', '--environment', environment] as const;
      const { report } = await runProgram([process.execPath, vitest, ...words], app.folder, {});
      return { version: packageJson.devDependencies[environment], reports: [report] };
    },
  };
}

interface UnderJest extends Omit<Target, 'run'> {
  readonly version: string;
  /** @returns The path of the environment. */
  readonly environment: (app: App) => string;
}

function underJest({ version, environment, notPossible = [], ...target }: UnderJest): Target {
  return {
    ...target,
    notPossible,
    async run(app) {
      writeTest(app, notPossible);
      const config = {
        testMatch: ['**/cases.test.mjs'],
        transform: {},
        watchman: false,
        testEnvironment: environment(app),
        // As the README of Jest says for packages of ESM: those for a browser have another build there.
        testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
      };
      writeFileSync(join(app.folder, 'jest.config.json'), JSON.stringify(config));
      const jest = join(root, 'node_modules/jest/bin/jest.js');
      const words = ['--config', 'jest.config.json', '--runInBand', '--ci', '--forceExit'] as const;
      const program = [process.execPath, '--experimental-vm-modules', jest, ...words] as const;
      const { report } = await runProgram([...program], app.folder, {});
      return { version, reports: [report] };
    },
  };
}

function writeTest(app: App, notPossible: readonly NotPossible[]): void {
  writeFileSync(
    join(app.folder, 'cases.test.mjs'),
    `
      import * as core from 'sse-machine';
      import { EventSource } from 'sse-machine/event-source';
      import { conform } from './conformance.mjs';

      test('every case', async () => {
        const ask = globalThis.fetchOfNode ?? fetch;
        const report = await conform({ core, EventSource, ask, ...${givenFor(app, notPossible)} });
        console.log('REPORT' + JSON.stringify({ report, version: '' }));
      }, 450_000);
    `,
  );
}

/** jsdom has no `fetch`: people give it that of Node, and nothing else. */
function writeFetchingJsdom({ folder }: App): string {
  const environment = createRequire(import.meta.url).resolve('jest-environment-jsdom');
  const file = join(folder, 'fetching-jsdom.cjs');
  writeFileSync(
    file,
    `
      const { TestEnvironment } = require(${JSON.stringify(environment)});
      module.exports = class extends TestEnvironment {
        async setup() {
          await super.setup();
          const streams = { ReadableStream, TextDecoder, TextEncoder };
          Object.assign(this.global, { fetch, Headers, Request, Response, ...streams, fetchOfNode: fetch });
        }
      };
    `,
  );
  return file;
}

function link({ folder }: App, name: string): void {
  const path = join(folder, 'node_modules', name);
  if (!existsSync(path)) symlinkSync(join(root, 'node_modules', name), path, 'junction');
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import packageJson from '../../../package.json' with { type: 'json' };
import { runProgram } from './run-program.ts';
import { type App, givenFor, type NotPossible, type Target } from './target.ts';

const always: readonly NotPossible[] = [
  {
    name: 'EventSource',
    reason:
      'React Native has no EventTarget to make such a class of. `createConnection` needs none, or load polyfills.',
  },
  {
    name: 'headers of the app do not go to another origin',
    reason:
      'React Native follows redirects itself, and takes the headers along: it heeds no `redirect: "manual"`. Give the final URL.',
  },
  {
    name: 'redirects in a circle are final',
    reason:
      'It names them in other words than a lost network on each platform: they are retried until the budget is used up.',
  },
  {
    name: 'a URL that no request can be sent to is final, and tells no reason to retry',
    reason:
      'Where the app gives its `fetch`, that decides which URLs there are; a refusal of it is a lost network.',
  },
  {
    name: 'an ID beyond ASCII comes back as UTF-8',
    reason:
      'OkHttp writes the text of a header as UTF-8, so that its bytes are encoded twice. Use `lastEventIdParam`.',
  },
];

/** The polyfills of an app in React Native, over a native side that Node plays. */
export const reactNative: readonly Target[] = [
  inReactNative(
    'react-native',
    'React Native, with react-native-fetch-api',
    packageJson.devDependencies['react-native-fetch-api'],
    'streamingFetch',
    always,
  ),
  inReactNative('expo', 'React Native, with the shape of `expo/fetch`', 'of 2026-11', 'expoFetch', always),
];

function inReactNative(
  id: string,
  name: string,
  version: string,
  fetch: 'streamingFetch' | 'expoFetch',
  notPossible: readonly NotPossible[],
): Target {
  return {
    id,
    name,
    notPossible,
    async run(app) {
      await writeGlobals(app);
      const code = `
        import { ${fetch}, ask } from './react-native-globals.mjs';
        const core = await import('sse-machine');
        const { conform } = await import('./conformance.mjs');
        const given = JSON.parse(process.env.GIVEN);
        const report = await conform({ core, ask, options: { fetch: ${fetch} }, ...given });
        console.log('REPORT' + JSON.stringify({ report, version: '' }));
        process.exit(0);
      `;
      writeFileSync(join(app.folder, 'react-native.mjs'), code);
      const env = { GIVEN: givenFor(app, notPossible) };
      const { report } = await runProgram([process.execPath, 'react-native.mjs'], app.folder, env);
      return { version, reports: [report] };
    },
  };
}

const from = join(import.meta.dirname, 'react-native');

/** The module `react-native` is ours, and whatever is for bodies that do not stream is left out. */
const nativeModules: Plugin = {
  name: 'native modules',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^react-native$/ }, () => ({ path: join(from, 'networking.ts') }));
    onResolve({ filter: /^(base64-js$|react-native\/)/ }, ({ path }) => ({ path, namespace: 'left out' }));
    onLoad({ filter: /./, namespace: 'left out' }, () => ({
      contents: 'export default undefined; export const toByteArray = undefined;',
    }));
  },
};

async function writeGlobals({ folder }: App): Promise<void> {
  await build({
    entryPoints: [join(from, 'globals.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    plugins: [nativeModules],
    outfile: join(folder, 'react-native-globals.mjs'),
  });
}

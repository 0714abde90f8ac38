import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../package/built.ts';
import { comparedVersions, installHook } from './install.ts';
import { peerNames, peerOf } from './peers.ts';

const folder = import.meta.dirname;

const requireOfNode = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/** The script of each client, for a page and for Node, and the pages. */
export async function bundleClients(
  folders: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const [name, compared] of [
    ...peerNames.map((name) => [name, folders] as const),
    ...peerNames.map((name) => [`${name}-strict`, installHook(peerOf(name))] as const),
  ]) {
    const source = ['ts', 'tsx'].map((end) => join(folder, 'clients', `${name}.${end}`)).find(existsSync);
    if (!source) continue;
    for (const platform of ['browser', 'node'] as const) {
      if (platform === 'node' && name.endsWith('-strict')) continue;
      const { outputFiles } = await build({
        stdin: {
          contents: `import * as client from ${JSON.stringify(source)}; import { expose } from './page.ts'; expose(client);`,
          resolveDir: folder,
        },
        absWorkingDir: root,
        bundle: true,
        format: 'esm',
        target: 'es2022',
        platform,
        // A package of CommonJS requires modules of Node, as it does where nothing is bundled.
        ...(platform === 'node' && { banner: { js: requireOfNode } }),
        jsx: 'automatic',
        // Strict Mode mounts twice in development only.
        define: {
          'process.env.NODE_ENV': name.endsWith('-strict') ? '"development"' : '"production"',
          __VUE_OPTIONS_API__: 'false',
          __VUE_PROD_DEVTOOLS__: 'false',
          __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
        },
        plugins: [comparedVersions(compared)],
        logLevel: 'silent',
        write: false,
      });
      const script = platform === 'node' ? `/node/${name}.js` : `/${name}.js`;
      files.set(script, outputFiles[0]?.text ?? '');
      if (platform === 'browser') files.set(`/${name}`, page(script));
    }
  }
  return files;
}

const page = (script: string) =>
  `<!doctype html><link rel="icon" href="data:,"><title>peers</title><body><script type="module" src="${script}"></script>`;

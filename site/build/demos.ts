import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { contentFolder, root } from './places.ts';

const folder = join(root, 'site/demo');

/** In these, failures are explained as they are while an app is developed. */
const inDevelopment: readonly string[] = ['troubleshooting'];

/** Bundles the demos as classic scripts: a module would not load from a `file:` address. */
export async function bundleDemos(): Promise<void> {
  await bundle('main.ts', 'demo.js');
  for (const file of globSync('kinds/*.ts', { cwd: folder }).sort()) {
    const kind = basename(file, '.ts');
    const mode = inDevelopment.includes(kind) ? 'development' : 'production';
    await bundle(file, `demos/${kind}.js`, { globalName: `sseDemos[${JSON.stringify(kind)}]` }, mode);
  }
}

async function bundle(
  from: string,
  to: string,
  options: BuildOptions = {},
  mode = 'production',
): Promise<void> {
  await build({
    entryPoints: [join(folder, from)],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    define: {
      'process.env.NODE_ENV': JSON.stringify(mode),
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    outfile: join(contentFolder, 'public', to),
    ...options,
  });
}

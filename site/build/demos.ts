import { join } from 'node:path';
import { build } from 'esbuild';
import { contentFolder, root } from './places.ts';

/** Bundles the demos as one classic script: a module would not load from a `file:` address. */
export async function bundleDemos(): Promise<void> {
  await build({
    entryPoints: [join(root, 'site/demo/main.ts')],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    outfile: join(contentFolder, 'public/demo.js'),
  });
}

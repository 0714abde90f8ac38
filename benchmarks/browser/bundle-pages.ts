import { join } from 'node:path';
import { build, stop } from 'esbuild';

/** Builds the scripts of the pages as an app would for production, by the path at which a page asks for them. */
export async function bundlePages(): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = import.meta.dirname;
  const { outputFiles } = await build({
    entryPoints: ['throughput', 'rendering'].map((name) => join(folder, name, 'page.ts')),
    outdir: folder,
    bundle: true,
    // A page loads only the code that it measures.
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    // VueUse brings a Vue of its own; a page has one.
    alias: { vue: join(folder, '../../node_modules/vue') },
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
  });
  await stop();
  return new Map(
    outputFiles.map(({ path, contents }) => [path.slice(folder.length).replaceAll('\\', '/'), contents]),
  );
}

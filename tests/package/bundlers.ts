import packageJson from '../../package.json' with { type: 'json' };

/** A bundler, and how it builds `index.html` of an app, or the `app.mjs` that this page asks for. */
export interface Bundler {
  readonly name: string;
  readonly version: string;
  /** The packages that it takes beside itself, with versions. */
  readonly plugins?: Readonly<Record<string, string>>;
  /** Whether `npm test` tries it too, and not `npm run test:bundlers` alone. */
  readonly isQuick?: boolean;
  /** The script in `out` where the bundler takes no page. */
  readonly script?: string;
  /**
   * The body of an async function that builds into `out`, and returns `errors` and `warnings`.
   * `load(name)` imports a package of those above.
   */
  readonly build: string;
}

const { esbuild, vite } = packageJson.devDependencies;

const viteBuild = `
  const vite = await load('vite/dist/node/index.js');
  const warnings = [];
  const warn = (message) => void warnings.push(message);
  const customLogger = { ...vite.createLogger('silent'), warn, warnOnce: warn };
  const build = { outDir: 'out', rollupOptions: { input: 'index.html' }, chunkSizeWarningLimit: 2_000 };
  await vite.build({ configFile: false, customLogger, build });
  return { errors: [], warnings };
`;

/** webpack, and what has its interface. */
const webpackBuild = (name: string) => `
  const { default: bundle } = await load('${name}');
  const [context, path] = [process.cwd(), process.cwd() + '/out'];
  const options = { mode: 'production', context, entry: './app.mjs', output: { path }, performance: false };
  const stats = await new Promise((resolve, reject) =>
    bundle(options, (error, stats) => (error ? reject(error) : resolve(stats))),
  );
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  const messages = (list) => list.map(({ message }) => message);
  return { errors: messages(errors), warnings: messages(warnings) };
`;

export const bundlers: readonly Bundler[] = [
  {
    name: 'esbuild',
    version: esbuild,
    isQuick: true,
    script: 'app.js',
    build: `
      const { build } = await load('esbuild');
      const options = { entryPoints: ['app.mjs'], bundle: true, splitting: true, format: 'esm', outdir: 'out', minify: true };
      const { errors, warnings } = await build({ ...options, logLevel: 'silent' });
      const messages = (list) => list.map(({ text }) => text);
      return { errors: messages(errors), warnings: messages(warnings) };
    `,
  },
  {
    name: 'rollup',
    version: '4.68.8',
    plugins: {
      '@rollup/plugin-node-resolve': '16.0.3',
      '@rollup/plugin-commonjs': '29.0.3',
      '@rollup/plugin-replace': '6.0.3',
    },
    script: 'app.js',
    build: `
      const { rollup } = await load('rollup');
      const { default: resolve } = await load('@rollup/plugin-node-resolve');
      const { default: commonjs } = await load('@rollup/plugin-commonjs');
      const { default: replace } = await load('@rollup/plugin-replace');
      const warnings = [];
      const onwarn = ({ message }) => void warnings.push(message);
      const values = { 'process.env.NODE_ENV': '"production"' };
      const plugins = [resolve({ browser: true }), commonjs(), replace({ values, preventAssignment: true })];
      const bundle = await rollup({ input: 'app.mjs', plugins, onwarn });
      await bundle.write({ dir: 'out' });
      return { errors: [], warnings };
    `,
  },
  { name: 'vite', version: '5.4.21', build: viteBuild },
  { name: 'vite', version: '6.4.6', build: viteBuild },
  { name: 'vite', version: '7.3.8', build: viteBuild },
  { name: 'vite', version: vite, isQuick: true, build: viteBuild },
  { name: 'webpack', version: '5.113.0', isQuick: true, script: 'main.js', build: webpackBuild('webpack') },
  { name: '@rspack/core', version: '2.3.3', script: 'main.js', build: webpackBuild('@rspack/core') },
  {
    name: 'parcel',
    version: '2.16.4',
    build: `
      const { writeFileSync } = await import('node:fs');
      // As docs/compatibility.md says: Parcel knows no optional package that is imported.
      writeFileSync('package.json', JSON.stringify({ alias: { '@statelyai/inspect': false } }));
      const { spawnSync } = await import('node:child_process');
      const cli = folderOf('parcel') + '/lib/bin.js';
      const words = [cli, 'build', 'index.html', '--no-cache', '--dist-dir', 'out'];
      const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
      return { errors: status === 0 ? [] : [stdout + stderr], warnings: [] };
    `,
  },
];

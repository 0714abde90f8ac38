import packageJson from '../../package.json' with { type: 'json' };

/** A framework that renders on a server, and how it builds and serves an app of `tests/package/apps`. */
export interface Framework {
  readonly name: 'Next.js' | 'Nuxt';
  /** The package of the framework. */
  readonly from: string;
  readonly version: string;
  /** The packages of the app beside it, with versions. The inspector of Stately is not among them. */
  readonly beside: Readonly<Record<string, string>>;
  /** Where the files of the app import from each other. */
  readonly sources: string;
  /** The words for Node that build the app, in its folder. */
  readonly build: readonly string[];
  readonly start: readonly string[];
  /** Who hears messages through the hook. */
  readonly hook: 'React' | 'Vue';
}

const { dependencies, devDependencies: dev } = packageJson;
const next = '../node_modules/next/dist/bin/next';
const everyEntry = {
  ...dependencies,
  '@opentelemetry/api': dev['@opentelemetry/api'],
  '@tanstack/query-core': dev['@tanstack/query-core'],
  xstate: dev.xstate,
};

export const frameworks: readonly Framework[] = [
  {
    name: 'Next.js',
    from: 'next',
    version: '16.4.6',
    beside: { ...everyEntry, react: dev.react, 'react-dom': dev['react-dom'] },
    sources: 'app',
    build: [next, 'build'],
    start: [next, 'start'],
    hook: 'React',
  },
  {
    name: 'Nuxt',
    from: 'nuxt',
    version: '4.5.2',
    beside: { ...everyEntry, vue: dev.vue },
    sources: 'app',
    build: ['../node_modules/nuxt/bin/nuxt.mjs', 'build'],
    start: ['.output/server/index.mjs'],
    hook: 'Vue',
  },
];

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { playwright } from '@vitest/browser-playwright';
import { msw } from 'msw/vite';
import { compile } from 'svelte/compiler';
import type { Plugin } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import type { BrowserConfigOptions } from 'vitest/node';
import packageJson from './package.json' with { type: 'json' };
import { findChromium } from './scripts/chromium.mjs';
import { findProgram } from './scripts/programs.mjs';
import { entries } from './scripts/published.mjs';
import oldestPeers from './tests/oldest-peers/package.json' with { type: 'json' };
import { breakOnPurpose } from './tests/support/break-on-purpose.ts';
import { startFirefox } from './tests/support/browsers/firefox.ts';
import { provideBrowser } from './tests/support/browsers/provider.ts';
import { everySuite, outOfReach, tellingSuites } from './tests/support/browsers/suites.ts';
import { startWebKit } from './tests/support/browsers/webkit.ts';
import CompatibilityWriter from './tests/support/compatibility.ts';
import { exampleStream } from './tests/support/example-stream.ts';
import LeftOutReport from './tests/support/left-out-report.ts';

const launchOptions = {
  executablePath: findChromium() ?? 'chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

// A function, because Vitest gives the instances of each project a name.
const chromium = (): DrivenBy => ({
  instances: [{ browser: 'chromium' }],
  provider: playwright({ launchOptions }),
});

/**
 * A machine with much to do is slow: what is waited for may take its time. But less than the minute after which a
 * connection helps itself (`connectTimeout`).
 */
const expect = { poll: { timeout: 40_000, interval: 20 } };

/** The package by its own name, as the examples import it. */
const ownEntries = entries.map(({ name, source }) => ({
  find: new RegExp(`^${name}$`),
  replacement: path(source),
}));

/** Where other versions of the peers lie than the installed ones, for `npm run test:versions`. */
const { PEERS_FOLDER } = process.env;
const otherPeers: Readonly<Record<string, string>> = PEERS_FOLDER
  ? JSON.parse(readFileSync(`${PEERS_FOLDER}/package.json`, 'utf8')).dependencies
  : {};

/** Compiles the components of Svelte. */
const svelte: Plugin = {
  name: 'svelte',
  transform(code, filename) {
    if (filename.endsWith('.svelte')) return compile(code, { filename, css: 'injected' }).js;
    return null;
  },
};

/** All tests in every browser, and the result in `docs/compatibility/`: set by `tests/browsers/main.ts`. */
const { EVERY_BROWSER, WRITE_COMPATIBILITY } = process.env;

/** The browsers beside Chromium, and the programs that each needs. */
const others = [
  {
    name: 'firefox',
    // Firefox sends a GET that is cut up to ten times, which would take the requests out of the hands of the tests:
    // `tests/lifecycle/other-browsers.test.ts` has it as people have it.
    start: () => startFirefox({ 'network.http.request.max-attempts': 1 }),
    needs: ['firefox-esr'],
  },
  { name: 'webkit', start: startWebKit, needs: ['WebKitWebDriver', 'Xvfb'] },
] as const;
const isThere = ({ needs }: (typeof others)[number]) => needs.every(findProgram);

const leftOut = others
  .filter((browser) => !isThere(browser))
  .map(({ name, needs }) => ({
    suite: `tests/browser in ${name}`,
    reason: `not installed: ${needs.filter((program) => !findProgram(program)).join(', ')}`,
  }));

export default defineConfig({
  test: {
    reporters: [
      'default',
      './tests/model/coverage-table.ts',
      './tests/support/closing-line.ts',
      new LeftOutReport(leftOut),
      ...(WRITE_COMPATIBILITY ? [new CompatibilityWriter()] : []),
    ],
    // For a machine that does much else meanwhile: beside two busy loops the longest test took a third of it.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    allowOnly: false,
    // More than Vitest takes by itself on two cores: most tests wait for servers and browsers, not for the processor.
    maxWorkers: Math.max(4, availableParallelism() - 1),
    projects: [
      {
        // Deduped packages are looked up from the root of the project, whoever imports them.
        ...(PEERS_FOLDER && { root: PEERS_FOLDER, resolve: { dedupe: Object.keys(otherPeers) } }),
        test: {
          name: 'node',
          dir: path('.'),
          expect,
          // Only what is inlined is resolved here.
          server: {
            deps: { inline: PEERS_FOLDER ? [/@xstate|@vue.test-utils/] : [] },
          },
          setupFiles: 'react' in otherPeers ? [path('tests/versions/one-react.ts')] : [],
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: ['tests/browser/**', 'tests/model/browser/**', '**/node_modules/**'],
        },
      },
      {
        plugins: [vue(), svelte],
        // Solid and Svelte give Node the build for servers, in which no effect runs.
        resolve: {
          alias: [
            ...ownEntries,
            { find: /^solid-js$/, replacement: path('node_modules/solid-js/dist/solid.js') },
            { find: /^svelte$/, replacement: path('node_modules/svelte/src/index-client.js') },
            // No part of React Native runs in Node.
            { find: /^react-native$/, replacement: path('tests/support/react-native/react-native.ts') },
            {
              find: /^@react-native-community\/netinfo$/,
              replacement: path('tests/support/react-native/netinfo.ts'),
            },
          ],
        },
        test: {
          name: 'examples',
          expect,
          include: ['examples/**/*.test.{ts,tsx}'],
          // With these, Testing Library has React warn of every update that no `act` waits for.
          globals: true,
          setupFiles: ['tests/support/quiet-console.ts', 'tests/support/patient-testing-library.ts'],
        },
      },
      browserProject({
        name: 'browser',
        include: everySuite,
        peers: packageJson.devDependencies,
      }),
      ...others.filter(isThere).map(({ name, start }) =>
        browserProject({
          name,
          browser: { instances: [{ browser: name }], provider: provideBrowser(name, start) },
          include: EVERY_BROWSER ? everySuite : tellingSuites,
          exclude: outOfReach[name],
          peers: packageJson.devDependencies,
        }),
      ),
      browserProject({
        name: 'browser-oldest',
        include: ['tests/browser/adapters/**/*.test.{ts,tsx}'],
        peers: { ...oldestPeers.dependencies, ...otherPeers },
        peersFrom: PEERS_FOLDER ?? './tests/oldest-peers',
      }),
    ],
  },
});

type DrivenBy = Pick<BrowserConfigOptions, 'instances' | 'provider'>;

interface BrowserProject {
  name: string;
  include: string[];
  exclude?: readonly string[];
  /** The React and Vue that the tests of this project have to meet. */
  peers: { react: string; vue: string };
  /** Which browser, and who drives it. */
  browser?: DrivenBy;
  /** The folder whose node_modules holds these two. */
  peersFrom?: string;
}

function browserProject({
  name,
  include,
  exclude = [],
  peers,
  peersFrom = '.',
  browser = chromium(),
}: BrowserProject): TestProjectInlineConfiguration {
  return {
    root: peersFrom,
    plugins: [breakOnPurpose(), vue(), exampleStream(), msw({ mode: 'worker-only' })],
    resolve: {
      // Deduped packages are looked up from the root of the project, whoever imports them.
      dedupe: ['react', 'react-dom', 'vue'],
      alias: ownEntries,
    },
    define: {
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    // Named here because a dependency found in the middle of a run reloads the page.
    optimizeDeps: {
      include: [
        '@tanstack/query-core',
        '@tanstack/react-query',
        '@tanstack/vue-query',
        '@hotwired/turbo',
        '@opentelemetry/api',
        '@vueuse/core',
        '@xstate/react',
        '@xstate/vue',
        'eventsource-parser',
        'eventsource-parser/stream',
        'msw',
        'msw/browser',
        'htmx-ext-sse',
        'htmx.org',
        'pinia',
        'react',
        'react-dom',
        'react-dom/client',
        'react-dom/server.browser',
        'react/jsx-dev-runtime',
        'react/jsx-runtime',
        'vue',
        'vue/server-renderer',
        'xstate',
        'xstate/graph',
      ],
    },
    test: {
      name,
      expect,
      dir: path('.'),
      include,
      exclude: [...exclude],
      globalSetup: path('tests/support/remote/global-setup.ts'),
      provide: { peers: { react: peers.react, vue: peers.vue } },
      browser: {
        enabled: true,
        headless: true,
        ...browser,
        screenshotFailures: false,
        traceView: false,
      },
    },
  };
}

function path(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The React and Vue that the tests of a browser project run against. */
    peers: { react: string; vue: string };
  }
}

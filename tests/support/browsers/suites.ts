/** The tests that live in a page. */
export const everySuite = ['tests/browser/**/*.test.{ts,tsx}', 'tests/model/browser/*.test.{ts,tsx}'];

/**
 * About a tenth of them, in which one engine can differ from another: streams, headers, redirects, aborts, the page and
 * its network. This is what `npm test` runs beside Chromium; `npm run test:browsers` runs all.
 */
export const tellingSuites = [
  'tests/browser/engines.test.ts',
  'tests/browser/environment.test.ts',
  'tests/browser/fetch-cors.test.ts',
  'tests/browser/hostile.test.ts',
  'tests/browser/msw-whole.test.ts',
  'tests/browser/transports/*.test.ts',
];

/** The suites that a browser cannot run: `not-possible.ts` says why. */
export const outOfReach: Readonly<Record<'firefox' | 'webkit', readonly string[]>> = {
  firefox: [],
  webkit: ['tests/browser/msw.test.ts', 'tests/browser/stories.test.tsx'],
};

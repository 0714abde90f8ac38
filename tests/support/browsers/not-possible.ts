/** Something that a target cannot be told to do, or does not do, and why. */
export interface NotPossible {
  readonly name: string;
  readonly reason: string;
  readonly link?: string;
}

/**
 * The things that no suite can have a browser do, by the project that runs its tests. `tests/lifecycle` has Chromium do it;
 * elsewhere the page is told of it by events (`tests/browser/environment.test.ts`, `tests/model/browser`).
 */
export const notPossible: Readonly<Record<'firefox' | 'webkit', readonly NotPossible[]>> = {
  firefox: [
    {
      name: 'freeze a page',
      reason: 'Firefox has no Page Lifecycle API: no `freeze`, no `resume`, no command for them.',
    },
    {
      name: 'keep a page with an open stream in the back/forward cache',
      reason: 'Firefox keeps no page with a request under way, so that nothing is left to be resumed.',
      link: 'https://github.com/whatwg/html/issues/4489',
    },
    {
      name: 'go offline',
      reason:
        'WebDriver BiDi knows `network.setOffline` in no Firefox that Debian has; `navigator.onLine` is played.',
    },
    {
      name: 'throttle the network or the processor',
      reason: 'Neither WebDriver nor BiDi has a command for it.',
    },
    {
      name: 'end a redirected `fetch` in a worker',
      reason:
        'Neither an abort nor the end of the worker closes its connection. Give the final URL, or use `eventSourceTransport`. The facts of EventSource about redirects are left out in workers.',
    },
  ],
  webkit: [
    {
      name: 'freeze a page',
      reason: 'WebKit has no Page Lifecycle API: no `freeze`, no `resume`, no command for them.',
    },
    { name: 'go offline', reason: 'WebDriver has no command for it; `navigator.onLine` is played.' },
    { name: 'throttle the network or the processor', reason: 'WebDriver has no command for it.' },
    {
      name: 'mock a stream with MSW (`msw.test.ts`, `stories.test.tsx`)',
      reason:
        'WebKit cannot transfer a stream, so that MSW hands over an answer as a whole once it has ended (mswjs/msw#1771). `msw-whole.test.ts` shows it.',
    },
  ],
};

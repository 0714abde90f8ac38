import { defineBrowserProvider } from '@vitest/browser';
import type { BrowserProviderOption } from 'vitest/node';

/** A browser with one page. */
export interface DrivenBrowser extends AsyncDisposable {
  readonly version: string;
  /** Leads the page to a URL, and waits until it is loaded. */
  goTo(url: string): Promise<void>;
  back(): Promise<void>;
  /** Evaluates an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
}

/** A browser for a project of Vitest, for which nobody else has a provider. */
export function provideBrowser(
  name: 'firefox' | 'webkit',
  start: () => Promise<DrivenBrowser>,
): BrowserProviderOption {
  return defineBrowserProvider({
    name,
    supportedBrowser: [name],
    providerFactory(project) {
      let browser: Promise<DrivenBrowser> | undefined;
      let version = '';
      // Vitest asks for these two around every run; the tests need neither another size nor a keyboard.
      for (const command of ['__vitest_viewport', '__vitest_cleanup']) {
        project.browser?.registerCommand(command as never, async () => undefined as never);
      }
      return {
        name,
        /** For `tests/support/compatibility.ts`. */
        get version() {
          return version;
        },
        supportsParallelism: false,
        getCommandsContext: () => ({}),
        async openPage(_session, url) {
          browser ??= start();
          ({ version } = await browser);
          await (await browser).goTo(url);
        },
        async close() {
          const running = await browser;
          browser = undefined;
          await running?.[Symbol.asyncDispose]();
        },
      };
    },
  });
}

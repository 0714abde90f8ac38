import { type Browser, launch } from 'puppeteer-core';
import { pathOf } from '../programs.ts';
import type { DrivenBrowser } from './provider.ts';

/**
 * Starts the Firefox of this machine, driven over WebDriver BiDi.
 *
 * @param prefs What is not as in the Firefox of a person.
 */
export function launchFirefox(prefs: Record<string, unknown> = {}): Promise<Browser> {
  return launch({
    browser: 'firefox',
    executablePath: pathOf('firefox-esr'),
    extraPrefsFirefox: prefs,
  });
}

/** The same, with one page. */
export async function startFirefox(prefs?: Record<string, unknown>): Promise<DrivenBrowser> {
  const browser = await launchFirefox(prefs);
  const page = await browser.newPage();
  return {
    version: (await browser.version()).replace('firefox/', ''),
    goTo: async (url) => void (await page.goto(url)),
    back: async () => void (await page.goBack()),
    evaluate: (expression) => page.evaluate(expression),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

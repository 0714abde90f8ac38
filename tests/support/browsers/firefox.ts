import { launch } from 'puppeteer-core';
import { pathOf } from '../programs.ts';
import type { DrivenBrowser } from './provider.ts';

/** Starts the Firefox of this machine, driven over WebDriver BiDi. */
export async function startFirefox(): Promise<DrivenBrowser> {
  const browser = await launch({ browser: 'firefox', executablePath: pathOf('firefox-esr') });
  const page = await browser.newPage();
  return {
    version: (await browser.version()).replace('firefox/', ''),
    goTo: async (url) => void (await page.goto(url)),
    back: async () => void (await page.goBack()),
    evaluate: (expression) => page.evaluate(expression),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

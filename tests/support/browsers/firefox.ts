import { launch } from 'puppeteer-core';
import { findProgram } from '../left-out.ts';
import type { DrivenBrowser } from './provider.ts';

/** The path of the Firefox of this machine. */
export const findFirefox = () => findProgram('firefox-esr') ?? findProgram('firefox');

/** Starts the Firefox of this machine, driven over WebDriver BiDi. */
export async function startFirefox(): Promise<DrivenBrowser> {
  const browser = await launch({ browser: 'firefox', executablePath: findFirefox() ?? 'firefox' });
  const page = await browser.newPage();
  return {
    version: (await browser.version()).replace('firefox/', ''),
    goTo: async (url) => void (await page.goto(url)),
    back: async () => void (await page.goBack()),
    evaluate: (expression) => page.evaluate(expression),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

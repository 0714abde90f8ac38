import { type Browser, chromium, type LaunchOptions } from 'playwright';
import { findChromium } from '../../scripts/chromium.mjs';

/** Starts the Chromium of this machine, or the one that Playwright has downloaded. */
export function launchChromium(...args: string[]): Promise<Browser> {
  return launch({ args });
}

/** Starts a Chromium that blocks windows as it does for people: Playwright has it open them all. */
export function launchStrictChromium(): Promise<Browser> {
  return launch({ ignoreDefaultArgs: ['--disable-popup-blocking'] });
}

function launch({ args = [], ...options }: LaunchOptions): Promise<Browser> {
  const executablePath = findChromium();
  return chromium.launch({
    ...options,
    ...(executablePath !== undefined && { executablePath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync', ...args],
  });
}

import { type Browser, chromium } from 'playwright';
import { findChromium } from '../../scripts/chromium.mjs';

/** Starts the Chromium of this machine, or the one that Playwright has downloaded. */
export function launchChromium(...args: string[]): Promise<Browser> {
  const executablePath = findChromium();
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync', ...args],
  });
}

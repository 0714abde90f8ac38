import { type Browser, chromium } from 'playwright';
import { findChromium } from '../../scripts/chromium.mjs';

/** Starts a Chromium that blocks windows as it does for people: Playwright has it open them all. */
export function launchStrictChromium(): Promise<Browser> {
  const executablePath = findChromium();
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    ignoreDefaultArgs: ['--disable-popup-blocking'],
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  });
}

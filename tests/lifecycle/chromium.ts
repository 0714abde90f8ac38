import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright';
import { findChromium } from '../../scripts/chromium.mjs';

/**
 * Starts a Chromium as people have it. One that playwright starts has no back/forward cache and takes every tab
 * for visible, so this one is started by hand and only steered by playwright.
 */
export async function startChromium(): Promise<{ readonly context: BrowserContext } & AsyncDisposable> {
  const profile = await mkdtemp(join(tmpdir(), 'lifecycle-'));
  const browser = spawn(
    findChromium() ?? 'chromium',
    [
      '--headless',
      '--no-startup-window', // its page would still be loading when playwright takes hold of it
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const kill = () => browser.kill();
  process.once('exit', kill);

  async function stop(): Promise<void> {
    process.off('exit', kill);
    const isRunning = browser.exitCode === null && browser.signalCode === null;
    const exited = isRunning && new Promise((resolve) => browser.once('exit', resolve));
    kill();
    await exited;
    // Its helpers may write for a moment longer.
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  try {
    const connected = await chromium.connectOverCDP(await addressOf(browser), {
      noDefaults: true,
      timeout: 60_000,
    });
    const [context] = connected.contexts();
    if (!context) throw new Error('Chromium has no context of its own.');
    await context.newPage(); // without any, Chromium would end
    return {
      context,
      async [Symbol.asyncDispose]() {
        await connected.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function addressOf(browser: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    browser.stderr?.setEncoding('utf8').on('data', (text) => {
      said += text;
      const [, address] = /DevTools listening on (ws:\S+)\n/.exec(said) ?? [];
      if (address) resolve(address);
    });
    browser.once('error', reject);
    browser.once('exit', () => reject(new Error(`Chromium did not start:\n${said}`)));
  });
}

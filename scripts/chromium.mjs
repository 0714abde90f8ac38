import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isExecutable, onPath } from './programs.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The path of a Chromium that starts on this machine; `CHROMIUM_PATH`, where set, is the only candidate. */
export function findChromium() {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH) return starts(CHROMIUM_PATH) ? CHROMIUM_PATH : undefined;
  return (
    [...names.flatMap((name) => onPath(name)), ...usualPlaces()].find(starts) ?? downloaded().find(starts)
  );
}

/** `'156.0.8078.79'`, or undefined where the program does not start. */
export function chromiumVersion(path) {
  // There it would open a window instead.
  if (process.platform === 'win32') return 'of some version';
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout.match(/\d+(\.\d+)+/)?.[0] : undefined;
}

// Being there is not enough: Ubuntu's chromium-browser is a stub without its snap, and a downloaded one may
// lack libraries of the system.
function starts(path) {
  return isExecutable(path) && chromiumVersion(path) !== undefined;
}

function usualPlaces() {
  if (process.platform === 'darwin') {
    return ['Chromium', 'Google Chrome'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  }
  if (process.platform === 'win32') {
    const { PROGRAMFILES = '', 'PROGRAMFILES(X86)': programFilesX86 = '', LOCALAPPDATA = '' } = process.env;
    return [PROGRAMFILES, programFilesX86, LOCALAPPDATA].flatMap((folder) => [
      join(folder, 'Chromium/Application/chrome.exe'),
      join(folder, 'Google/Chrome/Application/chrome.exe'),
    ]);
  }
  return [];
}

// Playwright knows where its own downloads lie; it is not there before the dependencies are installed.
function downloaded() {
  try {
    return [createRequire(import.meta.url)('playwright').chromium.executablePath()];
  } catch {
    return [];
  }
}

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that some suites run and npm does not install, each with its Debian package. */
export const programs = {
  nginx: 'nginx',
  'redis-server': 'redis-server',
  haproxy: 'haproxy',
  caddy: 'caddy',
  'firefox-esr': 'firefox-esr',
  WebKitWebDriver: 'webkit2gtk-driver',
  Xvfb: 'xvfb',
};

/** The path of a program, or undefined where it is not installed. */
export function findProgram(name) {
  // Debian keeps servers in folders that only root has on its path.
  return onPath(name, ['/usr/local/sbin', '/usr/sbin', '/sbin']).find(isExecutable);
}

/** Where a program may lie: in the folders of the path, and in others. */
export function onPath(name, others = []) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [...folders, ...others].map((folder) => join(folder, name));
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { assertBuilt, peers, root } from './built.ts';

const installedPeers = join(root, 'node_modules');

/** A project outside this repository that has the package as npm would publish it. */
export interface Consumer {
  folder: string;
  /** Where the package lies in it. */
  installed: string;
  /** The files of the package, relative to `installed`. */
  files: string[];
  /** The package as npm would publish it. */
  tarball: Uint8Array;
}

/**
 * @param modules Where the peers are taken from; those that are not there are the installed ones.
 * @param beside What is there beside the package.
 */
export function createConsumer(
  modules = installedPeers,
  beside: readonly string[] = [...peers, '@types/react', 'react-dom'],
): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'sse-machine-consumer-'));
  const own = join(folder, 'node_modules');
  const { installed, tarball } = installPackage(folder);
  for (const name of beside) {
    const found = [modules, installedPeers].map((from) => join(from, name)).find((path) => existsSync(path));
    mkdirSync(dirname(join(own, name)), { recursive: true });
    symlinkSync(found ?? join(installedPeers, name), join(own, name), 'junction');
  }
  return { folder, installed, files: filesIn(installed), tarball: readFileSync(tarball) };
}

/** Puts the package as npm would publish it into the `node_modules` of a folder, which keeps the tarball. */
export function installPackage(folder: string): { installed: string; tarball: string } {
  assertBuilt();
  const installed = join(folder, 'node_modules/sse-machine');
  mkdirSync(installed, { recursive: true });
  // Without scripts, because `prepack` would build again under the feet of the other tests.
  const pack = ['pack', '--ignore-scripts', '--pack-destination', folder];
  execFileSync('npm', pack, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'], { cwd: folder });
  return { installed, tarball: join(folder, tarball) };
}

function filesIn(folder: string) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
}

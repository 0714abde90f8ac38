import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { outputFolder, root } from '../../site/build/places.ts';

/** The folder of a server that the site is put into: any will do. */
export const place = '/some/folder/';

/** Makes the static files, as `npm run site:build` does. */
export function buildSite(): void {
  execFileSync(process.execPath, [join(root, 'site/main.ts'), 'build'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

/** The pages by their path, such as `guide/tabs.html`. */
export function builtPages(): Map<string, string> {
  const paths = globSync('**/*.html', { cwd: outputFolder }).map((path) => path.replaceAll(sep, '/'));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(outputFolder, path), 'utf8')]));
}

import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
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

/** Serves the files as they are, as the dullest of servers does. */
export async function serveSite(): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const path = pathname.startsWith(place)
      ? pathname.slice(place.length).replace(/(^|\/)$/, '$1index.html')
      : 'none';
    try {
      const content = readFileSync(join(outputFolder, decodeURIComponent(path)));
      response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/plain' }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${place}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

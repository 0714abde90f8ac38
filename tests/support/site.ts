import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface SiteOptions {
  /** The script that the pages run, bundled, as `/page.js`. */
  readonly script: URL;
  /** The pages by their path; any other is not found. */
  readonly pages: Readonly<Record<string, string>>;
  /** Headers that are sent along with each page. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The kind of build. @default 'production' */
  readonly mode?: 'production' | 'development';
}

/** Serves the pages of an app. */
export async function startSite({
  script,
  pages,
  headers,
  mode = 'production',
}: SiteOptions): Promise<{ origin: string } & AsyncDisposable> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(script)],
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
  });
  const bundle = outputFiles[0]?.contents;

  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const page = pages[pathname];
    if (pathname === '/page.js') {
      response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=600' });
      response.end(bundle);
    } else if (page !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(page);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

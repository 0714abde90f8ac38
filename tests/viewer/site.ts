import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A page with a viewer in it, another with none, and one to go to, under a policy that allows no inline style. */
export interface Site extends AsyncDisposable {
  readonly page: string;
  readonly bare: string;
  readonly elsewhere: string;
}

const policy =
  "default-src 'none'; script-src 'self'; connect-src *; img-src data:; require-trusted-types-for 'script'";

export async function startSite(): Promise<Site> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const script = outputFiles[0]?.contents;
  const head = '<!doctype html><html lang="en"><link rel="icon" href="data:,">';
  const pages: { readonly [path: string]: string } = {
    '/': `${head}<title>App</title><main><h1>App</h1><div id="viewer"></div></main><script type="module" src="/page.js"></script>`,
    '/bare': `${head}<title>App</title><main><h1>App</h1></main><script type="module" src="/page.js"></script>`,
    '/elsewhere': `${head}<title>Elsewhere</title><main><h1>Elsewhere</h1></main>`,
  };

  const server = createServer(({ url = '/' }, response) => {
    if (url === '/page.js') {
      response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=600' });
      response.end(script);
    } else {
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy });
      response.end(pages[new URL(url, 'http://localhost').pathname] ?? pages['/elsewhere']);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    page: `${origin}/`,
    bare: `${origin}/bare`,
    elsewhere: `${origin}/elsewhere`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

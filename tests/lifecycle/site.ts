import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Plan } from './page.ts';

/** Two pages of one origin: one that opens connections, and another to go to. */
export interface Site extends AsyncDisposable {
  address(plan: Plan): string;
  readonly elsewhere: string;
}

export async function startSite(): Promise<Site> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const script = outputFiles[0]?.contents;

  const server = createServer((request, response) => {
    if (request.url === '/page.js') {
      response
        .writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=600' })
        .end(script);
    } else if (request.url?.startsWith('/?')) {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Events</title><script type="module" src="/page.js"></script>');
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Elsewhere</title>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    address: (plan) => `${origin}/?${new URLSearchParams({ plan: JSON.stringify(plan) })}`,
    elsewhere: `${origin}/elsewhere`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

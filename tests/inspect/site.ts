import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Plan } from './page/app.ts';

/** An app, as it is in development and in production, and an inspector, each a page of this server. */
export interface Site extends AsyncDisposable {
  app(plan: Plan, build?: 'development' | 'production'): string;
  readonly inspector: string;
  /** The files of the app that hold the inspector of Stately, by their paths. */
  readonly inspectorFiles: ReadonlySet<string>;
}

interface SiteOptions {
  /** Packages that are not bundled, as if they were not installed. */
  external?: string[];
  /** The folder of the inspector of Stately, if not of the installed one. */
  statelys?: string;
}

export async function startSite({ external = [], statelys }: SiteOptions = {}): Promise<Site> {
  const files = new Map<string, string>();
  const inspectorFiles = new Set<string>();
  for (const mode of ['development', 'production']) {
    const { outputFiles } = await build({
      entryPoints: ['app', 'inspector'].map((name) => path(`page/${name}.ts`)),
      bundle: true,
      splitting: true,
      write: false,
      outdir: `/${mode}`,
      format: 'esm',
      external,
      alias: statelys ? { '@statelyai/inspect': statelys } : {},
      define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
      logLevel: 'error',
    });
    for (const { path, text } of outputFiles) {
      files.set(path, text);
      if (text.includes('BrowserAdapter')) inspectorFiles.add(path);
    }
  }

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const script = files.get(pathname);
    if (script !== undefined) {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    } else if (/\.(?!html)/.test(pathname)) {
      response.writeHead(404).end();
    } else {
      const name = pathname.slice(1);
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy });
      response.end(pageOf(name));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    app: (plan, mode = 'development') =>
      `${origin}/${mode}/app?${new URLSearchParams({ plan: JSON.stringify(plan) })}`,
    inspector: `${origin}/development/inspector`,
    inspectorFiles,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As strict as a page may be: no style that is written out, and no script from elsewhere. */
const policy = "default-src 'self'; style-src 'none'; connect-src *";

function pageOf(name: string): string {
  return `<!doctype html>
<html lang="en">
  <title>${name}</title>
  <main><h1>${name}</h1><iframe title="Frame"></iframe></main>
  <script type="module" src="/${name}.js"></script>
</html>`;
}

function path(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

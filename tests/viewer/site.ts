import { startSite } from '../support/site.ts';

/** A page with a viewer in it, another with none, and one to go to, under a policy that allows no inline style. */
export interface ViewerSite extends AsyncDisposable {
  readonly page: string;
  readonly bare: string;
  readonly elsewhere: string;
}

const policy =
  "default-src 'none'; script-src 'self'; connect-src *; img-src data:; require-trusted-types-for 'script'";

export async function startViewerSite(): Promise<ViewerSite> {
  const head = '<!doctype html><html lang="en"><link rel="icon" href="data:,">';
  const app = (content: string) =>
    `${head}<title>App</title><main><h1>App</h1>${content}</main><script type="module" src="/page.js"></script>`;
  const { origin, [Symbol.asyncDispose]: dispose } = await startSite({
    script: new URL('page.ts', import.meta.url),
    pages: {
      '/': app('<div id="viewer"></div>'),
      '/bare': app(''),
      '/elsewhere': `${head}<title>Elsewhere</title><main><h1>Elsewhere</h1></main>`,
    },
    headers: { 'content-security-policy': policy },
  });
  return {
    page: `${origin}/`,
    bare: `${origin}/bare`,
    elsewhere: `${origin}/elsewhere`,
    [Symbol.asyncDispose]: dispose,
  };
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { inspectConnections } from '../../visualizations/inspect/index.ts';
import { inspectionTable } from '../../visualizations/inspect/options.ts';
import { shownFields } from '../../visualizations/inspect/redact.ts';
import { launchChromium } from '../support/launch-chromium.ts';
import { documentation, read } from './documentation.ts';

const { examples, table } = documentation('docs/inspect.md');

describe('the guide to inspecting', () => {
  test('has an example for an app, without the internet, for a statechart of your own and for Node', () => {
    expect(examples.map(([file]) => file)).toEqual([
      'examples/inspect/app.ts',
      'examples/inspect/local.ts',
      'examples/inspect/own-chart.ts',
      'examples/inspect/node.ts',
    ]);
  });

  test.each(examples)('shows %s as it is', (file, text) => {
    expect(text).toBe(read(file));
  });

  test('names every option', () => {
    const named = table('options').map(([name]) => name);
    expect(named.sort()).toEqual(Object.keys(inspectionTable).sort());
  });

  test('names all that a call returns', () => {
    const named = table('inspection').map(([name = '']) => name.replace(/\(.*/, ''));
    expect(named.sort()).toEqual(Object.keys(inspectConnections({ enabled: false })).sort());
  });

  test('says what is shown of every event', () => {
    const documented = table('events').flatMap(([names = '', fields = '']) =>
      names.split(', ').map((name) => [name, fields === '' ? [] : fields.split(', ')]),
    );
    expect(Object.fromEntries(documented)).toEqual(shownFields);
  });

  // The inspector itself is on the internet, so that a page stands in its place.
  test.each([
    ['app', '/api/events'],
    ['own-chart', 'feed'],
  ])('has an example that shows a connection in the inspector of Stately: %s', async (example, name) => {
    await inWindowOf(example, async (opened, page) => {
      await opened.waitForURL('https://stately.ai/inspect');
      if (example === 'own-chart') await page.evaluate('app.actor.send({ type: "signIn" })');
      const item = opened.locator('li', { hasText: `${name} · transport 1` }).first(); // or that of the tenth
      await item.waitFor();
    });
  });

  test('has an example that shows a connection in the viewer of the package, without the internet', async () => {
    await inWindowOf('local', async (opened) => {
      await opened.getByRole('region', { name: 'Statechart' }).locator('.state.active').first().waitFor();
      await opened
        .getByRole('combobox', { name: 'Connection' })
        .getByText('/api/events')
        .waitFor({ state: 'attached' });
    });
  });
});

/** Loads an example, and looks at the window that it opens. */
async function inWindowOf(example: string, look: (opened: Page, page: Page) => Promise<void>): Promise<void> {
  await using app = await startApp(example);
  const browser = await launchChromium();
  try {
    const context = await browser.newContext();
    await context.route('https://stately.ai/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: inspector }),
    );
    const page = await context.newPage();
    await page.goto(app.url);
    await expect.poll(() => context.pages().length).toBe(2);
    const [, opened = page] = context.pages();
    await look(opened, page);
  } finally {
    await browser.close();
  }
}

/** Lists the actors that it is told of. */
const inspector = `<ul></ul><script>
  addEventListener('message', ({ data }) => {
    if (data.type === '@xstate.actor') {
      document.querySelector('ul').appendChild(document.createElement('li')).textContent = data.name;
    }
  });
  opener.postMessage({ type: '@statelyai.connected' }, '*');
</script>`;

async function startApp(example: string): Promise<{ readonly url: string } & AsyncDisposable> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../examples/inspect/${example}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    globalName: 'app',
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  const page = `<!doctype html><title>App</title><body><script>${outputFiles[0]?.text}</script>`;
  const server = createServer((request, response) => {
    if (request.url === '/')
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    else response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

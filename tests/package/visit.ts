import type { Browser } from 'playwright';
import { expect } from 'vitest';
import { type SseServer, startSseServer } from '../support/sse-server.ts';

/** A page of an app in `tests/package/apps`, open in a browser of its own, with a server for its streams. */
export interface Visit extends AsyncDisposable {
  readonly server: SseServer;
  /** The text of the page. */
  text(): Promise<string>;
  /** Whether the viewer, which the app opens in a window of its own, shows a connection of that name. */
  inspects(name: string): Promise<void>;
  /** Whether each of these has got the text, and the console has nothing but lost requests in it. */
  hears(text: string, listeners: readonly string[]): Promise<void>;
}

/** The entries that `tests/package/apps/entries.mjs` uses: those for browsers that are no framework's. */
export const listeners = ['connection', 'tabs', 'event source', 'query'];

/** Opens the page, which finds its stream by the parameter `stream`. */
export async function visit(browser: Browser, page: string): Promise<Visit> {
  const server = await startSseServer({ opening: 'retry: 100\n\n' });
  const context = await browser.newContext();
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  context.on('weberror', (error) => void complaints.push(String(error.error().stack)));
  // A browser asks for it by itself.
  await context.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
  const tab = await context.newPage();
  const url = new URL(page);
  url.searchParams.set('stream', server.url);
  const [viewer] = await Promise.all([
    context.waitForEvent('page', (one) => one !== tab),
    tab.goto(url.href),
  ]);

  return {
    server,
    text: () => tab.innerText('body'),
    async inspects(name) {
      const picker = viewer.getByRole('combobox', { name: 'Connection' });
      await expect.poll(() => picker.innerText()).toContain(name);
    },
    async hears(text, listeners) {
      const heard = () => tab.evaluate(() => ({ ...Reflect.get(globalThis, 'heard') }));
      const wanted = Object.fromEntries(listeners.map((name) => [name, text]));
      await expect.poll(heard).toMatchObject(wanted);
      expect(complaints.filter((line) => !isOfTheNetwork(line))).toEqual([]);
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Chromium itself writes a line for each request that is lost. */
function isOfTheNetwork(line: string): boolean {
  return /^Failed to load resource: net::|net::ERR_/.test(line);
}

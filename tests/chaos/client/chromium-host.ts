import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { launchChromium } from '../../support/launch-chromium.ts';
import { CampaignClock } from '../campaign-clock.ts';
import type { Watcher } from './client.ts';
import type { ClientHost } from './node-host.ts';
import type { Note, Telegram } from './page.ts';

/** The clients run in a page of a real Chromium, whose time is moved from here. */
export async function openChromiumHost(complain: (text: string) => void): Promise<ClientHost> {
  const server = await servePage();
  const browser = await launchChromium();
  const page = await browser.newPage();
  const watchers = new Map<string, Watcher>();
  page.on('pageerror', ({ message }) => complain(`the page has an error: ${message}`));
  await page.exposeFunction('telegraph', receive);
  await page.goto(server.url);

  function receive(name: string, telegram: Telegram, notes: readonly Note[]): string | Promise<string> {
    read(notes);
    const watcher = watchers.get(name);
    if (!watcher) return complain(`nobody is called ${name}`) ?? '';
    if (telegram.type === 'url') return watcher.url();
    watcher.tell(telegram);
    return '';
  }

  let beats = 0;
  /**
   * The network of a browser is another process, which a busy machine may hold up: time waits for an answer from there
   * now and then, or a timeout would pass while bytes are under way.
   */
  async function beat(): Promise<void> {
    beats += 1;
    if (beats % 10 === 0) {
      await page.evaluate(async () => void (await (await fetch('/', { cache: 'no-store' })).text()));
    }
    read(await page.evaluate(() => window.campaign.beat()));
  }

  function read(notes: readonly Note[]): void {
    for (const note of notes) {
      const watcher = watchers.get(note.client);
      if ('delivery' in note) watcher?.deliver(note.delivery);
      else watcher?.show(note.shown);
    }
  }

  const clock = new CampaignClock(beat);
  return {
    clock,
    // A telegram takes less than that many beats.
    skew: 5,
    async start(plan, watcher) {
      watchers.set(plan.name, watcher);
      await page.evaluate((given) => window.campaign.start(given), plan);
      return {
        calm: () => page.evaluate((name) => window.campaign.calm(name), plan.name),
        dispose: () => page.evaluate((name) => window.campaign.dispose(name), plan.name),
      };
    },
    async [Symbol.asyncDispose]() {
      await clock[Symbol.asyncDispose]();
      await browser.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Serves the page of the clients, from an origin of its own. */
async function servePage(): Promise<{ readonly url: string } & AsyncDisposable> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer(({ url }, response) => {
    const isScript = url === '/page.js';
    response.setHeader('Content-Type', `${isScript ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

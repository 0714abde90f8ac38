import type { BrowserContext, Page } from 'playwright';
import type { Plan } from './page.ts';
import type { LifecycleSite } from './site.ts';

/** A tab, what a person and the browser can do with it, and what its page says. */
export interface Tab {
  readonly page: Page;
  /** Every status of a connection, in order. */
  history(name: string): Promise<string>;
  received(name: string): Promise<unknown[]>;
  signals(): Promise<string[]>;
  tell(name: string, command: 'open' | 'close' | 'reconnect'): Promise<void>;
  /** When the present wait of a connection ends. */
  retryAt(name: string): Promise<number | null>;
  show(): Promise<void>;
  /** The window of all tabs. */
  setWindow(windowState: 'minimized' | 'normal'): Promise<void>;
  /** Stops the page, as a browser does with one that was hidden for a while. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Cuts this tab off from the network, or lets it back. */
  setOffline(offline: boolean): Promise<void>;
  leave(): Promise<void>;
  goBack(): Promise<void>;
  /** Why the page was not taken from the back/forward cache; null when it was, or could not have been. */
  notRestoredReasons(): Promise<unknown>;
}

export async function openTab(context: BrowserContext, site: LifecycleSite, plan: Plan): Promise<Tab> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await page.bringToFront();
  await page.goto(site.address(plan));
  return {
    page,
    history: (name) => page.evaluate((name) => window.clients[name]?.history.join(' → ') ?? '', name),
    received: (name) => page.evaluate((name) => window.clients[name]?.received ?? [], name),
    signals: () => page.evaluate(() => window.signals),
    tell: (name, command) =>
      page.evaluate(([name, command]) => window.clients[name]?.connection[command](), [
        name,
        command,
      ] as const),
    retryAt: (name) => page.evaluate((name) => window.clients[name]?.connection.state.retryAt ?? null, name),
    show: () => page.bringToFront(),
    async setWindow(windowState) {
      const { windowId } = await devtools.send('Browser.getWindowForTarget');
      await devtools.send('Browser.setWindowBounds', { windowId, bounds: { windowState } });
    },
    async freeze() {
      await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    },
    async thaw() {
      await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    },
    async setOffline(offline) {
      await devtools.send('Network.enable');
      const unlimited = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
      await devtools.send('Network.emulateNetworkConditions', { offline, ...unlimited });
    },
    async leave() {
      await page.goto(site.elsewhere);
    },
    async goBack() {
      // A page out of the cache does not load again.
      await page.goBack({ waitUntil: 'commit' });
    },
    notRestoredReasons: () =>
      page.evaluate(() => {
        const [navigation] = performance.getEntriesByType('navigation');
        return navigation && 'notRestoredReasons' in navigation ? navigation.notRestoredReasons : undefined;
      }),
  };
}

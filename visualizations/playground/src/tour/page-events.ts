/** The news that a browser can tell a page. */
export type BrowserNews = 'offline' | 'online' | 'freeze' | 'resume';

/**
 * Tells the page what a browser would, because no page can unplug itself or put itself to sleep. Every connection
 * of the page listens for it, so it takes the same road as the real thing.
 */
export function tellPage(news: BrowserNews): void {
  if (news === 'offline') Object.defineProperty(navigator, 'onLine', { configurable: true, value: false });
  if (news === 'online') Reflect.deleteProperty(navigator, 'onLine'); // and it says again what is true
  (news === 'freeze' || news === 'resume' ? document : window).dispatchEvent(new Event(news));
}

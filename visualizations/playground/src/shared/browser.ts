/** What a browser can tell a page. */
export type BrowserNews = 'offline' | 'online' | 'freeze' | 'resume';

/**
 * Tells the page what a browser would, because no page can unplug itself or put itself to sleep. Every connection
 * of the page listens for it, so it takes the same road as the real thing.
 */
export function tellPage(news: BrowserNews): void {
  (news === 'freeze' || news === 'resume' ? document : window).dispatchEvent(new Event(news));
}

/** The events by which a browser tells a page. */
export type PageEvent = 'offline' | 'online' | 'freeze' | 'resume';

/**
 * Tells the page what a browser would, because no page can unplug itself or put itself to sleep. Every connection
 * of the page listens for it, so it takes the same road as the real thing.
 */
export function simulatePageEvent(event: PageEvent): void {
  if (event === 'offline') Object.defineProperty(navigator, 'onLine', { configurable: true, value: false });
  if (event === 'online') Reflect.deleteProperty(navigator, 'onLine'); // and it says again what is true
  (event === 'freeze' || event === 'resume' ? document : window).dispatchEvent(new Event(event));
}

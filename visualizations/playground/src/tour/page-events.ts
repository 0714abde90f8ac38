/** The events by which a browser tells a page. */
export type PageEvent = 'offline' | 'online' | 'freeze' | 'resume';

/**
 * Dispatches the events of a browser, because no page can go offline or to sleep by itself. Every connection of the
 * page listens to them, as to real ones.
 */
export function simulatePageEvent(event: PageEvent): void {
  if (event === 'offline') Object.defineProperty(navigator, 'onLine', { configurable: true, value: false });
  if (event === 'online') Reflect.deleteProperty(navigator, 'onLine'); // and it says again what is true
  (event === 'freeze' || event === 'resume' ? document : window).dispatchEvent(new Event(event));
}

import type { IncomingMessage } from 'node:http';

/**
 * Whether the client named this machine. A site whose name was made to lead here (DNS rebinding) is of one origin with
 * what it asks for, so that nothing but the `Host` gives it away.
 */
export function isForLoopback({ headers }: IncomingMessage): boolean {
  return isLoopback(`http://${headers.host ?? ''}`);
}

/** Whether an origin is a page of this machine at that port, by whichever name it was opened. */
export function isPageAt(port: number, origin: string): boolean {
  return isLoopback(origin) && origin.startsWith('http:') && Number(new URL(origin).port || 80) === port;
}

/** Whether the page of another origin made a browser ask. What is no browser says nothing of this, and may ask. */
export function isForeign({ headers }: IncomingMessage, isOwn: (origin: string) => boolean): boolean {
  const { origin, 'sec-fetch-site': site = 'none' } = headers;
  if (origin !== undefined) return !isOwn(origin);
  return site !== 'none' && site !== 'same-origin';
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

function isLoopback(url: string): boolean {
  return URL.canParse(url) && loopbackNames.includes(new URL(url).hostname);
}

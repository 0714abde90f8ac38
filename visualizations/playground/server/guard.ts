import type { IncomingMessage } from 'node:http';

/**
 * Whether the `Host` header names this machine. If a foreign name was made to lead here (DNS rebinding), only that
 * header shows it.
 */
export function isForLoopback({ headers }: IncomingMessage): boolean {
  return isLoopback(`http://${headers.host ?? ''}`);
}

/** Whether an origin is a page of this machine at that port, by whichever name it was opened. */
export function isPageAt(port: number, origin: string): boolean {
  return isLoopback(origin) && origin.startsWith('http:') && Number(new URL(origin).port || 80) === port;
}

/** Whether a page of another origin caused the request. A client that is no browser does not say, and is allowed. */
export function isForeign({ headers }: IncomingMessage, isOwn: (origin: string) => boolean): boolean {
  const { origin, 'sec-fetch-site': site = 'none' } = headers;
  if (origin !== undefined) return !isOwn(origin);
  return site !== 'none' && site !== 'same-origin';
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

function isLoopback(url: string): boolean {
  return URL.canParse(url) && loopbackNames.includes(new URL(url).hostname);
}

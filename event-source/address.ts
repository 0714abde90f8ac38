/**
 * The address of a stream, as the standard resolves it: against the page, or against the script of the worker.
 *
 * @throws DOMException `SyntaxError` when the URL is invalid, or is relative where there is no page.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource
 */
export function resolveAddress(url: string): URL {
  try {
    const address = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
    // Chromium escapes a space in a host, where it is invalid.
    if (!/^http.*%/.test(address.origin)) return address;
  } catch {} // its message would quote the URL
  throw new DOMException(invalid, 'SyntaxError');
}

const invalid = 'The URL is invalid, or relative where there is no page.';

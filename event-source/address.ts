/**
 * The address of a stream, as the standard resolves it: against the page, or against the script of the worker.
 *
 * @throws DOMException `SyntaxError` when it is none.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource
 */
export function resolveAddress(url: string): URL {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    const address = new URL(url, base);
    // `URL` of Chromium escapes a space in a host, which no host may have.
    if (!/^http.*%/.test(address.protocol + address.hostname)) return address;
  } catch {} // its message would quote the URL
  throw syntaxError(base === undefined ? `${invalid} ${baseless}` : invalid);
}

const invalid = 'The URL of the EventSource is invalid.';
const baseless = 'There is no page here that a relative URL could start from: give an absolute one.';

/** React Native has no DOMException. */
function syntaxError(message: string): Error {
  return globalThis.DOMException ? new DOMException(message, 'SyntaxError') : new SyntaxError(message);
}

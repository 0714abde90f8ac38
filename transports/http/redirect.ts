import { ConnectionError } from '../../machines/connection-error.ts';
import { throwIfAborted } from '../abort.ts';
import { isSafe } from '../transport.ts';
import { drop } from './body.ts';

type Fetch = typeof globalThis.fetch;

/**
 * Sends a request whose headers and body belong to the app. `fetch` would carry most of them along a redirect,
 * to any origin. A browser does not tell where a redirect leads to, so that is found out without them; they are sent
 * there only if it is the same origin.
 *
 * @throws ConnectionError `http` when the redirect cannot be followed without them.
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export async function fetchWithoutLeak(
  fetch: Fetch,
  url: string | URL,
  own: RequestInit,
  bare: RequestInit,
): Promise<Response> {
  const response = await fetch(url, { ...own, redirect: 'manual' });
  if (!isRedirect(response)) return response;
  drop(response);
  // It may have had its effect: only the answer could tell, and a browser hides it.
  if (!isSafe(own.method ?? 'GET')) throw new ConnectionError('http', refusal);
  throwIfAborted(own.signal);
  const elsewhere = await fetch(url, bare);
  const isSameOrigin = elsewhere.redirected && originOf(elsewhere.url) === originOf(response.url);
  if (elsewhere.redirected && !isSameOrigin) return elsewhere;
  drop(elsewhere);
  throwIfAborted(own.signal);
  const last = isSameOrigin ? await fetch(elsewhere.url, { ...own, redirect: 'manual' }) : response;
  if (!isRedirect(last)) return last;
  drop(last);
  throw new ConnectionError('http', refusal);
}

const refusal =
  'The server redirects a request with headers or a body of yours. They do not go on to wherever that leads: use the final URL.';

/** Whether a `fetch` gave up on redirects, in the words of Node, Deno, Bun, workerd and node-fetch. A browser is silent. */
export function isRedirectLoop(error: unknown): boolean {
  const { message = '', cause } = Object(error) as Partial<Error>;
  return loopWords.test(message) || (cause !== undefined && isRedirectLoop(cause));
}

const loopWords =
  /redirect count|too many redirects|redirected too many|number of redirects|maximum redirect/i;

function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || [301, 302, 303, 307, 308].includes(status);
}

function originOf(url: string): string {
  return new URL(url).origin;
}

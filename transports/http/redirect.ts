import { ConnectionError } from '../../machines/connection-error.ts';
import { throwIfAborted } from '../abort.ts';
import { isSafe } from '../transport.ts';
import { drop } from './body.ts';

type Fetch = typeof globalThis.fetch;

/** The init of a request, with its method and headers. */
export type Init = RequestInit & { readonly method: string; readonly headers: Headers };

/** How a redirect changed a request, in the words of an error: it explains why the request was refused. */
export const detours = {
  elsewhere: 'redirects to another origin, where your headers and body do not go: use the final URL',
  hidden:
    'redirects a request with your headers or body, and a browser does not tell where to: use the final URL',
  result: 'redirected the request, which may have had its effect and is not sent again',
};

/** One of {@link detours}. */
export type Detour = keyof typeof detours;

/** An answer, and the detour that led to it, if there was one. */
export type Arrival = readonly [response: Response, detour?: Detour | undefined];

/**
 * Sends a request with headers or a body of the app. `fetch` would send most of them along a redirect, to any origin.
 * So redirects are followed by hand, and headers and body are sent to the same origin only. A browser does not tell
 * where a redirect leads, so another request, without them, finds that out.
 *
 * @throws ConnectionError `http` when a redirect cannot be followed.
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export async function fetchWithoutLeak(
  fetch: Fetch,
  url: string | URL,
  given: Init,
  bare: Init,
): Promise<Arrival> {
  let [own, init, target] = [given, given, url];
  let detour: Detour | undefined;
  let home: string | undefined;
  for (let left = mostRedirects; ; left -= 1) {
    const response = await fetch(target, { ...init, redirect: 'manual' });
    const { status, type } = response;
    const location = redirects.includes(status) ? response.headers.get('location') : null;
    if (location === null && type !== 'opaqueredirect') return [response, detour];
    drop(response);
    throwIfAborted(given.signal);
    if (left === 0) throw new ConnectionError('http', redirectLoop);

    const from = urlOf(response.url || target);
    home ??= from.origin;
    if (location === null) {
      // A POST may have had its effect; only the answer could tell, and a browser hides it.
      if (!isSafe(own.method) || detour) throw refusedFor('hidden');
      const found = await fetch(target, bare);
      if (found.redirected && urlOf(found.url).origin !== home) return [found, 'elsewhere'];
      drop(found);
      throwIfAborted(given.signal);
      if (!found.redirected) throw refusedFor('hidden');
      detour = 'hidden';
      target = found.url;
      continue;
    }
    const next = urlOf(location, from.href);
    const isHome = next.origin === home;
    if (!isHome && !isSafe(own.method)) throw refusedFor('elsewhere');
    if (status === 303 ? !isSafe(own.method) : status < 303 && /^post$/i.test(own.method)) own = asGet(own);
    else if (Symbol.asyncIterator in Object(own.body)) throw new ConnectionError('http', bodyIsSpent);
    init = isHome ? own : bare;
    detour = own === given ? (isHome ? undefined : 'elsewhere') : 'result';
    target = next.href;
  }
}

/** The limit of the Fetch standard. */
const mostRedirects = 20;

const redirects = [301, 302, 303, 307, 308];

function refusedFor(detour: Detour): ConnectionError {
  return new ConnectionError('http', `The server ${detours[detour]}.`);
}

function asGet(init: Init): Init {
  const headers = new Headers([...init.headers].filter(([name]) => !name.startsWith('content-')));
  return { ...init, method: 'GET', headers, body: null };
}

/** @throws ConnectionError `http` when the URL is invalid, or is not HTTP. */
function urlOf(url: string | URL, base = globalThis.location?.href): URL {
  try {
    const found = new URL(url, base);
    if (/^https?:$/.test(found.protocol)) return found;
  } catch {} // the message would quote the URL
  throw new ConnectionError('http', 'The server redirects to an invalid URL.');
}

const bodyIsSpent = 'The server redirects a request whose body can be read only once: use the final URL.';

export const redirectLoop = 'The server redirects in a circle, or too often.';

/**
 * Whether a `fetch` gave up on redirects, by the messages of Node, Deno, Bun, workerd and node-fetch. Browsers do not
 * tell.
 */
export function isRedirectLoop(error: unknown): boolean {
  const { message = '', cause } = Object(error) as Partial<Error>;
  return loopWords.test(message) || (cause !== undefined && isRedirectLoop(cause));
}

const loopWords =
  /redirect count|too many redirects|redirected too many|number of redirects|maximum redirect/i;

import { ConnectionError } from '../machines/connection-error.ts';
import { anyOf, callback, check, flag, type Rules, text } from '../machines/rules.ts';
import { fromUtf8Bytes, utf8Bytes } from './byte-string.ts';
import { readEventStream } from './event-stream.ts';
import { isSafe } from './method.ts';
import { asConnectionError } from './network-error.ts';
import { drop, fetchWithoutLeak } from './redirect.ts';
import { refusalOf } from './refusal.ts';
import { defaultReporter, type ErrorReporter } from './report.ts';
import { defaultSizes, sizeRule } from './sizes.ts';
import { eventsRule, supply, urlRule } from './supply.ts';
import type { Supplied, Transport } from './transport.ts';

/** What {@link fetchTransport} sends, and what it takes. */
export interface FetchTransportOptions {
  /** Where the stream is. Relative to the page, where there is one. */
  readonly url: Supplied<string | URL>;
  /** @default 'GET' */
  readonly method?: string | undefined;
  /** Headers of your own. Anything but a CORS-safelisted header costs a cross-origin request a preflight. */
  readonly headers?: Supplied<HeadersInit | undefined>;
  /** The body, for a method that has one. Give a function when it can be read only once. */
  readonly body?: Supplied<BodyInit | null | undefined>;
  /** Whether cookies go along. @default 'same-origin' */
  readonly credentials?: RequestCredentials | undefined;
  /** The name that `EventSource` has for `credentials: 'include'`. @default false */
  readonly withCredentials?: boolean | undefined;
  /** The names of the events to deliver; the others are dropped. @default every event */
  readonly events?: readonly string[] | undefined;
  /** The `fetch` to call. @default the global one */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The size of the largest event to accept, in characters. @default 16_777_216 */
  readonly maxEventSize?: number | undefined;
  /** The longest ID and event name to accept, in characters. @default 4_096 */
  readonly maxFieldSize?: number | undefined;
  /** The header that carries the last event ID. @default 'Last-Event-ID' */
  readonly lastEventIdHeader?: string | undefined;
  /** Where an error that one of your functions throws goes. @default `reportError`, or the console */
  readonly reportError?: ErrorReporter | undefined;
}

const fetchable = /^(https?|data|blob):/;

const defaultHeader = 'last-event-id';

export const fetchTransportRules: Rules<Omit<FetchTransportOptions, 'headers' | 'body'>> = {
  url: urlRule,
  method: text,
  credentials: anyOf("'omit'", "'same-origin'", "'include'"),
  withCredentials: flag,
  events: eventsRule,
  fetch: callback,
  maxEventSize: sizeRule,
  maxFieldSize: sizeRule,
  lastEventIdHeader: { allowed: 'the name of a header', test: isHeaderName },
  reportError: callback,
};

/**
 * Reads an event stream with `fetch`: any method, any header, every event name, and the status of a refusal.
 *
 * @throws TypeError when an option is not what it may be.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function fetchTransport(options: FetchTransportOptions): Transport {
  check(options, fetchTransportRules);
  const { method = 'GET', body, events, lastEventIdHeader = defaultHeader } = options;
  const { maxEventSize = defaultSizes.maxEventSize, maxFieldSize = defaultSizes.maxFieldSize } = options;
  const unsafe = !isSafe(method);
  if (!unsafe && body != null) {
    throw new TypeError(`A \`body\` needs a \`method\` like 'POST', not '${method}'.`);
  }

  const open: Transport = async (request, signal) => {
    const { lastEventId } = request;
    const [url, own, bare] = await requestFor(options, lastEventId, signal);
    signal.throwIfAborted(); // a function of the app may have taken its time
    const { fetch = globalThis.fetch } = options;
    const response = await (bare ? fetchWithoutLeak(fetch, url, own, bare) : fetch(url, own)).catch(
      (cause: unknown) => {
        throw asConnectionError(cause, 'The server could not be reached');
      },
    );
    const { body: stream, headers } = response;
    const refusal = refusalOf(response);
    if (stream && !refusal) {
      const batches = readEventStream(stream, signal, { request, events, maxEventSize, maxFieldSize });
      const resumedAfter = headers.get(lastEventIdHeader);
      return Object.assign(batches, { resumedAfter: resumedAfter ? fromUtf8Bytes(resumedAfter) : undefined });
    }
    drop(response);
    throw refusal ?? new ConnectionError('invalid', 'The answer has no body.');
  };
  return Object.assign(open, { unsafe });
}

/** The request with what is the app's own, and what is left of it without the headers and the body, if there are any. */
async function requestFor(
  options: FetchTransportOptions,
  lastEventId: string,
  signal: AbortSignal,
): Promise<[url: string | URL, own: RequestInit, bare: RequestInit | undefined]> {
  const { method = 'GET', withCredentials, reportError = defaultReporter } = options;
  const url = await supply('url', options.url, reportError);
  const given = await supply('headers', options.headers, reportError);
  const body = await supply('body', options.body, reportError);
  function addOurs(headers: Headers): Headers {
    if (!headers.has('accept')) headers.set('accept', 'text/event-stream');
    if (lastEventId !== '') headers.set(options.lastEventIdHeader ?? defaultHeader, utf8Bytes(lastEventId));
    return headers;
  }
  const credentials = withCredentials ? 'include' : (options.credentials ?? 'same-origin');
  try {
    const own = new Headers(given);
    const isBare = body == null && own.keys().next().done;
    const common = { credentials, cache: 'no-store', signal } satisfies RequestInit;
    // `fetch` would throw the same for a request that can never be sent as for one that was lost on its way.
    if (!options.fetch && !fetchable.test(new Request(url, { method, credentials }).url)) {
      throw new TypeError('No URL that can be fetched.');
    }
    const init = { ...common, method, headers: addOurs(own), ...(body != null && { body, duplex: 'half' }) };
    return [url, init, isBare ? undefined : { ...common, method: 'GET', headers: addOurs(new Headers()) }];
  } catch (cause) {
    // The platform's own message may quote what it rejects.
    const message = 'Invalid URL, method or header. On a server the URL must be absolute.';
    throw new ConnectionError('invalid', message, { cause });
  }
}

export function isHeaderName(value: unknown): boolean {
  return typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value);
}

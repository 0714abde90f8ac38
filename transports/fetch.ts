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
import { lastEventIdAt, type Supplied, type Transport, type TransportRequest } from './transport.ts';

/** The request that continues a stream; what is left out is as at first, but for method and body. */
export interface Resume {
  readonly url?: Supplied<string | URL> | undefined;
  /** @default 'GET' */
  readonly method?: string | undefined;
  readonly headers?: Supplied<HeadersInit | undefined>;
  readonly body?: Supplied<BodyInit | null | undefined>;
}

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
  /**
   * How the stream of an unsafe request is continued once there is an ID to resume after: by another request, a GET by
   * default. So a POST begins an answer, and GETs carry it on through drops, reloads (with `persist`) and sleep.
   *
   * @example `resume: { url: () => `/api/answers/${answerId}` }`
   */
  readonly resume?: Resume | undefined;
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
  resume: { allowed: 'an object like { url, method, headers, body }', test: isResume },
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
 * @throws TypeError when an option is invalid.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function fetchTransport(options: FetchTransportOptions): Transport {
  check(options, fetchTransportRules);
  const { method = 'GET', body, resume, events, lastEventIdHeader = defaultHeader } = options;
  const { maxEventSize = defaultSizes.maxEventSize, maxFieldSize = defaultSizes.maxFieldSize } = options;
  checkBody(method, body);
  if (resume) checkBody(resume.method ?? 'GET', resume.body);

  const open: Transport = async (request, signal) => {
    const supplied = await supplyRequest(options, request);
    signal.throwIfAborted(); // a function of the app may have taken its time
    const { url, lastEventId } = supplied;
    const [own, bare] = initsOf(supplied, options, signal);
    const { fetch = globalThis.fetch } = options;
    const response = await (bare ? fetchWithoutLeak(fetch, url, own, bare) : fetch(url, own)).catch(
      (cause: unknown) => {
        throw asConnectionError(cause, 'The server could not be reached');
      },
    );
    const { body: stream, headers } = response;
    const refusal = refusalOf(response);
    if (stream && !refusal) {
      const batches = readEventStream(stream, signal, { lastEventId, events, maxEventSize, maxFieldSize });
      const resumedAfter = headers.get(lastEventIdHeader);
      return Object.assign(batches, { resumedAfter: resumedAfter ? fromUtf8Bytes(resumedAfter) : undefined });
    }
    drop(response);
    throw refusal ?? new ConnectionError('invalid', 'The answer has no body.');
  };
  return Object.assign(open, {
    unsafe: !isSafe(method),
    resumable: resume !== undefined && isSafe(resume.method ?? 'GET'),
  });
}

/** What the app wants sent, at this attempt. */
export interface SuppliedRequest {
  readonly url: string | URL;
  readonly method: string;
  readonly headers: HeadersInit | undefined;
  readonly body: BodyInit | null | undefined;
  /** The ID to resume after; empty when there is none. */
  readonly lastEventId: string;
}

/** Calls the functions of the app. An ID to resume after makes it the request of `resume`, if there is one. */
export async function supplyRequest(
  options: FetchTransportOptions,
  request: TransportRequest,
): Promise<SuppliedRequest> {
  const { reportError = defaultReporter } = options;
  const continued = request.lastEventId === '' ? undefined : options.resume;
  const url = await supply('url', continued?.url ?? options.url, reportError);
  // A continuation may be at a place of its own.
  const lastEventId = continued?.url ? request.lastEventId : lastEventIdAt(url, request);
  const hasMoved = lastEventId === '';
  if (continued && hasMoved && !isSafe(options.method ?? 'GET')) {
    throw new ConnectionError('invalid', movedAway, { unsent: true });
  }
  const { method = 'GET', headers = options.headers, body } = (hasMoved ? undefined : continued) ?? options;
  return {
    url,
    method,
    headers: await supply('headers', headers, reportError),
    body: await supply('body', body, reportError),
    lastEventId,
  };
}

/** What is sent, and what is left of it without the headers and the body of the app, if there are any. */
function initsOf(
  { url, method, headers: given, body, lastEventId }: SuppliedRequest,
  { credentials: wanted = 'same-origin', withCredentials, fetch, lastEventIdHeader }: FetchTransportOptions,
  signal: AbortSignal,
): [own: RequestInit, bare: RequestInit | undefined] {
  const credentials = withCredentials ? 'include' : wanted;
  function addOurs(headers: Headers): Headers {
    if (!headers.has('accept')) headers.set('accept', 'text/event-stream');
    if (lastEventId !== '') headers.set(lastEventIdHeader ?? defaultHeader, utf8Bytes(lastEventId));
    return headers;
  }
  try {
    const own = new Headers(given);
    const isBare = body == null && own.keys().next().done;
    const common = { credentials, cache: 'no-store', signal } satisfies RequestInit;
    // `fetch` would throw the same for a request that can never be sent as for one that was lost on its way.
    if (!fetch && !fetchable.test(new Request(url, { method, credentials }).url)) {
      throw new TypeError('No URL that can be fetched.');
    }
    const init = { ...common, method, headers: addOurs(own), ...(body != null && { body, duplex: 'half' }) };
    return [init, isBare ? undefined : { ...common, method: 'GET', headers: addOurs(new Headers()) }];
  } catch (cause) {
    // The platform's own message may quote what it rejects.
    const message = 'Invalid URL, method or header. On a server the URL must be absolute.';
    throw new ConnectionError('invalid', message, { cause });
  }
}

const movedAway =
  "The URL leads elsewhere, where there is nothing to resume. To begin anew there, call `reconnect({ lastEventId: '' })`.";

/** @throws TypeError when the method does not go with a body. */
function checkBody(method: string, body: unknown): void {
  if (isSafe(method) && body != null) {
    throw new TypeError(`A \`body\` needs a \`method\` like 'POST', not '${method}'.`);
  }
}

function isResume(value: unknown): boolean {
  const { url, method } = Object(value);
  return (
    Object(value) === value &&
    typeof value !== 'function' &&
    (url === undefined || urlRule.test(url)) &&
    (method === undefined || text.test(method))
  );
}

export function isHeaderName(value: unknown): boolean {
  return typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value);
}

import { ConnectionError, isConnectionError } from '../machines/connection-error.ts';
import {
  type Complete,
  check,
  complaint,
  complete,
  firstInvalid,
  functionOf,
  type Given,
  isFunction,
  oneOf,
  option,
  optional,
  type Rule,
  rule,
  text,
} from '../machines/option-table.ts';
import { throwIfAborted } from './abort.ts';
import { showResponse, supply } from './app-functions.ts';
import { heardEvents } from './asked-for.ts';
import { explain } from './explain.ts';
import { drop, readerOf } from './http/body.ts';
import { fromUtf8Bytes, throughHeader, utf8Bytes } from './http/byte-string.ts';
import { withParameter } from './http/query-parameter.ts';
import { type Arrival, fetchWithoutLeak, type Init, isRedirectLoop, redirectLoop } from './http/redirect.ts';
import { refusalOf } from './http/refusal.ts';
import { asConnectionError, isInvalidUrl } from './network-error.ts';
import {
  bodyRule,
  headerNameOrNone,
  headersRule,
  matcherRule,
  maxEventSize,
  maxFieldSize,
  namesRule,
  reportError,
  supplied,
  urlRule,
  withCredentials,
} from './option-rules.ts';
import type { ErrorReporter } from './report.ts';
import { resourceOf } from './resource.ts';
import { eventsRule } from './schemas.ts';
import { type ConnectionMemory, memoryOf } from './stream/connection-memory.ts';
import { readEventStream } from './stream/event-stream.ts';
import { isSafe, lastEventIdAt, type Supplied, type Transport, type TransportRequest } from './transport.ts';

/**
 * The request that continues a stream. Left out, `url` and `headers` are those of the first request, and there is no
 * body.
 */
export interface Resume {
  /** The URL of the continuation. Left out, that of the first request. */
  readonly url?: Supplied<string | URL> | undefined;
  /** @default 'GET' */
  readonly method?: string | undefined;
  /** Its headers. Left out, those of the first request. */
  readonly headers?: Supplied<HeadersInit | undefined>;
  /** Its body, for a method that has one. Left out, there is none. */
  readonly body?: Supplied<BodyInit | null | undefined>;
}

const idHeader = 'Last-Event-ID';

/** The options of {@link fetchTransport}, without the URL. */
export const fetchTable = {
  /**
   * The method of the request.
   *
   * @default 'GET'
   * @example `method: 'POST', body: JSON.stringify({ question })`
   */
  method: option('GET', text),
  /**
   * Headers of your own. Any header that is not CORS-safelisted costs a cross-origin request a preflight.
   *
   * @example `headers: () => ({ authorization: session.token })` is asked anew at every attempt
   */
  headers: optional(supplied(headersRule)),
  /**
   * The body, for a method that has one. Give a function when the body can be read only once.
   *
   * @example `method: 'POST', body: () => JSON.stringify(form)`
   */
  body: optional(supplied(bodyRule)),
  /**
   * How the stream of an unsafe request is continued once there is an ID to resume after: by another request, a GET by
   * default. So a POST begins an answer, and GETs carry it on through drops, reloads (with `persist`) and sleep.
   *
   * @example `resume: { url: () => '/api/answers/' + answerId }, parse: 'text'` for an answer in tokens
   */
  resume: optional(rule<Resume>('an object like { url, method, headers, body }', isResume)),
  /**
   * Whether cookies are sent.
   *
   * @default 'same-origin'
   * @example `credentials: 'include'`
   */
  credentials: option('same-origin', oneOf<RequestCredentials>('omit', 'same-origin', 'include')),
  /**
   * The same as `credentials: 'include'`, by its name in `EventSource`.
   *
   * @default false
   * @example `withCredentials: true`
   */
  withCredentials,
  /**
   * The events to deliver: their names, to which `message` and the events of `closeOn`, `refreshOn` and `keepAlive`
   * are added; or a schema for each event. All others are dropped. Left out, every event is delivered.
   *
   * @example `events: ['notification', 'price']`
   */
  events: optional(eventsRule),
  /**
   * @example `closeOn: 'done'`
   * @see TransportActorOptions.closeOn
   */
  closeOn: optional(matcherRule),
  /**
   * @example `refreshOn: 'token-expires'`
   * @see TransportActorOptions.refreshOn
   */
  refreshOn: optional(namesRule),
  /**
   * @example `keepAlive: 'ping'`
   * @see TransportActorOptions.keepAlive
   */
  keepAlive: optional(matcherRule),
  /**
   * The `fetch` to call. Left out, the global one.
   *
   * @example `fetch: authenticatedFetch`
   */
  fetch: optional(functionOf<typeof globalThis.fetch>()),
  /**
   * The largest event to accept, in characters.
   *
   * @default 16_777_216
   * @example `maxEventSize: 100_000`
   */
  maxEventSize,
  /**
   * The longest ID or event name to accept, in characters.
   *
   * @default 4_096
   * @example `maxFieldSize: 200`
   */
  maxFieldSize,
  /**
   * The header that carries the last event ID; `false` for none, which saves a preflight.
   *
   * @default 'Last-Event-ID'
   * @example `lastEventIdHeader: false, lastEventIdParam: 'after'`
   */
  lastEventIdHeader: option(idHeader, headerNameOrNone),
  /**
   * The header of the answer in which the server says after which ID it resumes; `false` for none. Left out, it has
   * the name of `lastEventIdHeader`, or `Last-Event-ID`.
   *
   * @example `resumedAfterHeader: 'X-Resumed-After'`
   */
  resumedAfterHeader: optional(headerNameOrNone),
  /**
   * A query parameter that carries the last event ID, in addition to the header. Left out, there is none.
   *
   * @example `lastEventIdParam: 'lastEventId'`
   */
  lastEventIdParam: optional(text),
  /**
   * Called with each answer, except redirects, before it is checked: to read its headers, or the body of a refusal. A
   * refusal waits for the promise that this returns, within `connectTimeout`. Do not read the body of a stream that
   * is accepted.
   *
   * @example `onResponse: async (response) => { if (response.status === 400) show(await response.json()); }`
   */
  onResponse: optional(functionOf<(response: Response) => unknown>()),
  /**
   * Called with the errors that your own functions throw. By default the global `reportError`, or the console.
   *
   * @example `reportError: (error) => Sentry.captureException(error)`
   */
  reportError,
};

/** The options of {@link fetchTransport}. */
export interface FetchTransportOptions extends Given<typeof fetchTable> {
  /** The URL of the stream. May be relative to the page; where there is none, `fetch` has to resolve it. */
  readonly url: Supplied<string | URL>;
}

/** {@link FetchTransportOptions} with the defaults filled in. */
export interface FetchSettings extends Complete<typeof fetchTable> {
  readonly url: Supplied<string | URL>;
}

/** A scheme that no `fetch` can fetch. A URL without one is relative. */
const unfetchable = /^(?!(https?|data|blob):)[a-z][a-z\d+.-]*:/i;

/**
 * Reads an event stream with `fetch`: any method, any header, every event name, and the status of a refusal.
 *
 * @throws TypeError when an option is invalid.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function fetchTransport(options: FetchTransportOptions): Transport {
  check(options, { url: urlRule });
  const settings = { ...options, ...complete(options, fetchTable) };
  const { method, body, resume, lastEventIdHeader, onResponse, reportError } = settings;
  const events = heardEvents(settings);
  checkBody(method, body);
  if (resume) checkBody(resume.method ?? fetchTable.method.default, resume.body);

  let fields: RequestInit | undefined; // computed once, for the first request

  const open: Transport = async (request, signal) => {
    const wanted = await supplyRequest(settings, request);
    throwIfAborted(signal); // a function of the app may have taken its time
    const { url, lastEventId } = wanted;
    const memory = memoryOf(request.connection ?? open);
    const header = lastEventId !== '' && lastEventIdHeader;
    memory.method = wanted.method;
    fields ??= implemented({
      credentials: settings.withCredentials ? 'include' : settings.credentials,
      cache: 'no-store',
      signal,
    });
    const [own, bare] = initsOf(wanted, settings, fields.signal ? { ...fields, signal } : fields);
    const { fetch = globalThis.fetch } = settings;
    const sending = bare
      ? fetchWithoutLeak(fetch, url, own, bare)
      : fetch(url, own).then((response): Arrival => [response]);
    const [response, detour] = await sending.catch((cause: unknown) => {
      if (isConnectionError(cause)) throw asConnectionError(cause);
      if (isRedirectLoop(cause)) throw new ConnectionError('http', redirectLoop, { cause });
      if (isInvalidUrl(cause)) throw new ConnectionError('invalid', neverSent, { cause });
      const hint = !signal.aborted && isCrossOrigin(url) && hintAt(header, memory);
      throw asConnectionError(cause, unreachable + (hint || ''));
    });
    memory.allowsId ||= Boolean(header);
    memory.status = response.status;
    const shown = onResponse && !signal.aborted && showResponse(onResponse, response, reportError, signal);
    const mayHaveActed = response.redirected && !isSafe(wanted.method);
    const refusal = refusalOf(response, wanted.method, mayHaveActed ? 'result' : detour);
    if (refusal) await shown; // its body can be read meanwhile
    const reader = refusal ? undefined : readerOf(response.body);
    if (reader) {
      const batches = readEventStream(reader, signal, { ...settings, lastEventId, events }, memory);
      const { resumedAfterHeader = lastEventIdHeader || idHeader } = settings;
      const resumedAfter = resumedAfterHeader && response.headers.get(resumedAfterHeader);
      return Object.assign(batches, {
        resumedAfter: resumedAfter ? throughHeader(resumedAfter, fromUtf8Bytes) : undefined,
      });
    }
    drop(response);
    throw refusal ?? new ConnectionError('invalid', 'The answer has no body that can be read.');
  };
  return Object.assign(open, {
    hears: events,
    unsafe: !isSafe(method),
    resumable: resume !== undefined && isSafe(resume.method ?? fetchTable.method.default),
  });
}

/** The request of one attempt, as the app wants it. */
export interface SuppliedRequest {
  readonly url: string | URL;
  readonly method: string;
  readonly headers: HeadersInit | undefined;
  readonly body: BodyInit | null | undefined;
  /** The ID to resume after; empty when there is none. */
  readonly lastEventId: string;
}

/** Calls the functions of the app. When there is an ID to resume after, the request is that of `resume`, if given. */
export async function supplyRequest(
  settings: FetchSettings,
  request: TransportRequest,
): Promise<SuppliedRequest> {
  const { reportError, lastEventIdParam } = settings;
  const continued = request.lastEventId === '' ? undefined : settings.resume;
  const url = await supply('url', continued?.url ?? settings.url, reportError);
  // The `url` of `resume` may lead to another resource.
  const lastEventId = continued?.url ? request.lastEventId : lastEventIdAt(url, request);
  const hasMoved = lastEventId === '';
  if (continued && hasMoved && !isSafe(settings.method)) {
    throw new ConnectionError('invalid', movedAway, { unsent: true });
  }
  const {
    method = fetchTable.method.default,
    headers = settings.headers,
    body,
  } = (hasMoved ? undefined : continued) ?? settings;
  return {
    url: lastEventIdParam ? withParameter(url, lastEventIdParam, lastEventId) : url,
    method,
    headers: await supplyAllowed('headers', headers, headersRule, reportError),
    body: await supplyAllowed('body', body, bodyRule, reportError),
    lastEventId,
  };
}

/** As {@link supply}, and checks the value. */
async function supplyAllowed<Value>(
  name: string,
  value: Supplied<Value>,
  { allowed, test }: Rule<Value>,
  reporter: ErrorReporter,
): Promise<Value> {
  const given = await supply(name, value, reporter);
  if (test(given)) return given;
  throw new ConnectionError('invalid', `What \`${name}\` returns ${complaint(allowed, given)}`, {
    unsent: true,
  });
}

/** The init of the request; and, if the app gave headers or a body, the same without them. */
function initsOf(
  { url, method, headers: given, body, lastEventId }: SuppliedRequest,
  { fetch, lastEventIdHeader }: FetchSettings,
  common: RequestInit,
): [own: Init, bare: Init | undefined] {
  function addOurs(headers: Headers): Headers {
    if (!headers.has('accept')) headers.set('accept', 'text/event-stream');
    if (lastEventId !== '' && lastEventIdHeader)
      headers.set(lastEventIdHeader, throughHeader(lastEventId, utf8Bytes));
    return headers;
  }
  try {
    const own = new Headers(given);
    const isBare = body == null && own.keys().next().done;
    // `fetch` throws the same error for an invalid request and for one that was lost on its way.
    if (!fetch && globalThis.Request && unfetchable.test(urlRequested(url, method))) {
      throw new TypeError('No URL that can be fetched.');
    }
    const init = { ...common, method, headers: addOurs(own), ...(body != null && { body, duplex: 'half' }) };
    return [init, isBare ? undefined : { ...common, method: 'GET', headers: addOurs(new Headers()) }];
  } catch (cause) {
    throw new ConnectionError('invalid', neverSent, { cause });
  }
}

/** The platform's own message may quote the URL or a header. */
const neverSent = 'Invalid URL, method or header. On a server the URL must be absolute.';

/**
 * The URL of a request, as far as it is known before sending. A global `fetch` that was replaced (by MSW, say) may
 * resolve a relative URL where `Request` cannot.
 *
 * @throws TypeError when the request can never be sent.
 */
function urlRequested(url: string | URL, method: string): string {
  try {
    return new Request(url, { method }).url;
  } catch (error) {
    if (/^[a-z][a-z\d+.-]*:/i.test(String(url))) throw error;
    return new Request('http://localhost', { method }).url;
  }
}

/**
 * Leaves out the fields that this runtime refuses. workerd throws for fields that it does not implement, and Node for
 * a signal of another realm, such as that of jsdom. Without a signal, the request ends when its body is canceled.
 */
function implemented(fields: RequestInit): RequestInit {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => {
      try {
        return !globalThis.Request || new Request('http://localhost', { [name]: value });
      } catch {
        return false;
      }
    }),
  );
}

const unreachable = 'The server could not be reached';

/**
 * A browser does not tell that a preflight failed. Then the first connection works, but no resumption does. A server
 * that has answered a request with this header before is only down.
 */
function hintAt(header: string | false, memory: ConnectionMemory): string {
  if (!header && memory.status === undefined) explain('cors', memory);
  if (!header || memory.allowsId) return '';
  const advice = explain('preflight', memory);
  return `, or does not allow the header \`${header}\`${advice && `: ${advice}`}`;
}

/** Whether the origin of the URL differs from that of the page. */
function isCrossOrigin(url: string | URL): boolean {
  const origin = globalThis.location?.origin;
  return origin !== undefined && !resourceOf(url).startsWith(`${origin}/`);
}

const movedAway =
  "The URL leads elsewhere, where there is nothing to resume. To begin anew there, call `reconnect({ lastEventId: '' })`.";

/** @throws TypeError when the method does not go with a body. */
function checkBody(method: string, body: unknown): void {
  if (isSafe(method) && body != null) {
    throw new TypeError(`A \`body\` needs a \`method\` like 'POST', not '${method}'.`);
  }
}

const resumeRules = { url: urlRule, method: text, headers: supplied(headersRule), body: supplied(bodyRule) };

function isResume(value: unknown): boolean {
  return Object(value) === value && !isFunction(value) && !firstInvalid(Object(value), resumeRules);
}

import { createParser } from 'eventsource-parser';
import { ConnectionError } from '../machines/connection-error.ts';
import type { MessageBatch } from '../machines/message.ts';
import { callback, check, flag, oneOf, type Rules } from '../machines/rules.ts';
import { asConnectionError } from './network-error.ts';
import { defaultReporter, type ErrorReporter } from './report.ts';
import { retryAfterOf } from './retry-after.ts';
import { eventsRule, supply, urlRule } from './supply.ts';
import type { Supplied, TextMessage, Transport } from './transport.ts';

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
  /** Where an error that one of your functions throws goes. @default `reportError`, or the console */
  readonly reportError?: ErrorReporter | undefined;
}

/** 16 Mi characters. */
const defaultMaxEventSize = 2 ** 24;

export const fetchTransportRules: Rules<Omit<FetchTransportOptions, 'headers' | 'body'>> = {
  url: urlRule,
  method: {
    allowed: "the name of an HTTP method, such as 'POST'",
    test: (value) => typeof value === 'string' && /^[A-Za-z-]+$/.test(value),
  },
  credentials: oneOf(['omit', 'same-origin', 'include']),
  withCredentials: flag,
  events: eventsRule,
  fetch: callback,
  maxEventSize: {
    allowed: 'a number of characters, 1 or more',
    test: (value) => typeof value === 'number' && value >= 1,
  },
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
  const { method = 'GET', body } = options;
  const unsafe = !/^(GET|HEAD)$/i.test(method);
  if (!unsafe && body != null) {
    throw new TypeError(
      `\`body\` needs a \`method\` that has one, such as 'POST', but the method is '${method}'.`,
    );
  }

  const open: Transport = async ({ lastEventId }, signal) => {
    const url = await supply('url', options.url, options.reportError ?? defaultReporter);
    const init = await requestInit(options, lastEventId, signal);
    const { fetch } = options;
    if (!fetch) assertRequest(url, init);
    const response = await (fetch ?? globalThis.fetch)(url, init).catch((cause) => {
      throw asConnectionError(cause, 'The server could not be reached');
    });
    const refusal = refusalOf(response);
    if (refusal) {
      response.body?.cancel().catch(() => {}); // an unread body would keep its socket
      throw refusal;
    }
    return readBatches(bodyOf(response), lastEventId, options);
  };
  return Object.assign(open, { unsafe });
}

async function requestInit(
  {
    method = 'GET',
    headers,
    body,
    credentials,
    withCredentials,
    reportError = defaultReporter,
  }: FetchTransportOptions,
  lastEventId: string,
  signal: AbortSignal,
): Promise<RequestInit & { duplex?: 'half' }> {
  const own = await supply('headers', headers, reportError);
  const payload = await supply('body', body, reportError);
  return {
    method,
    headers: requestHeaders(own, lastEventId),
    credentials: withCredentials ? 'include' : (credentials ?? 'same-origin'),
    cache: 'no-store', // a Cache-Control header would cost a cross-origin preflight
    signal,
    ...(payload != null && { body: payload }),
    ...(payload instanceof ReadableStream && { duplex: 'half' as const }),
  };
}

function requestHeaders(own: HeadersInit | undefined, lastEventId: string): Headers {
  const headers = validated(
    () => new Headers(own),
    '`headers` has a name or a value that HTTP does not allow.',
  );
  if (!headers.has('accept')) headers.set('accept', 'text/event-stream');
  if (lastEventId !== '') headers.set('last-event-id', utf8Bytes(lastEventId));
  return headers;
}

/** A header value is a string of bytes; the standard sends the ID as UTF-8. */
function utf8Bytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** Tells a request that can never be sent from one that failed on its way: `fetch` throws the same for both. */
function assertRequest(url: string | URL, { method, credentials }: RequestInit): void {
  validated(
    () => new Request(url, { method: method ?? 'GET', credentials: credentials ?? 'same-origin' }),
    'The request cannot be sent: its URL or its method is not valid. On a server the URL must be absolute.',
  );
}

/** Runs a check of the platform. Its message may quote what it rejects, so it stays out of ours. */
function validated<Result>(make: () => Result, message: string): Result {
  try {
    return make();
  } catch (cause) {
    throw new ConnectionError('invalid', message, { cause });
  }
}

function refusalOf({ status, headers }: Response): ConnectionError | undefined {
  if (status === 204) {
    return new ConnectionError('ended', 'The server answered 204: it has nothing more to send.', { status });
  }
  if (status !== 200) {
    const retryAfter = retryAfterOf(headers);
    if (status === 401) {
      return new ConnectionError('unauthorized', 'The server answered 401. Sign in, then reconnect.', {
        status,
      });
    }
    if (status === 403) {
      return new ConnectionError(
        'forbidden',
        'The server answered 403: this account may not read the stream.',
        {
          status,
        },
      );
    }
    return new ConnectionError('http', `The server answered ${status} in place of a stream.`, {
      status,
      retryAfter,
    });
  }
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'text/event-stream') {
    const message = 'The server answered with another content type than text/event-stream. Check the URL.';
    return new ConnectionError('content-type', message, { status });
  }
  return undefined;
}

function bodyOf({ body, status }: Response): ReadableStream<Uint8Array> {
  if (body) return body;
  throw new ConnectionError('invalid', 'This `fetch` gives no body that can be read as it arrives.', {
    status,
  });
}

/**
 * The hot path: one batch for each chunk, whatever the number of its messages.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
async function* readBatches(
  body: ReadableStream<Uint8Array>,
  resumeAfter: string,
  { events, maxEventSize = defaultMaxEventSize }: FetchTransportOptions,
): AsyncGenerator<MessageBatch, void> {
  const wanted = events && new Set(events);
  const decoder = new TextDecoder();
  let messages: TextMessage[] = [];
  let lastEventId = resumeAfter;
  let idBefore = lastEventId;
  let retry: number | undefined;
  let overflow: ConnectionError | undefined;

  const parser = createParser({
    maxBufferSize: maxEventSize,
    // Called when a block is dispatched, before `onEvent`, also for a block that has nothing but an ID.
    onId(id) {
      if (overflow) return;
      idBefore = lastEventId;
      lastEventId = id;
    },
    onEvent({ id, event = 'message', data }) {
      if (overflow) return;
      if (data.length > maxEventSize) {
        if (id !== undefined) lastEventId = idBefore; // not delivered, so not received
        overflow = tooLarge(maxEventSize);
      } else if (!wanted || wanted.has(event)) {
        messages.push({ event, data, id: lastEventId });
      }
    },
    onRetry(milliseconds) {
      retry = milliseconds;
    },
    onError({ type }) {
      // The rest are lines that the standard ignores.
      if (type === 'max-buffer-size-exceeded') overflow ??= tooLarge(maxEventSize);
    },
  });
  // The decoder takes the one byte order mark that a stream may begin with; this one stands for it, so that the
  // parser does not take a second.
  parser.feed('\uFEFF');

  const reader = body.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read().catch((cause) => {
        throw asConnectionError(cause, 'The stream broke');
      });
      parser.feed(done ? decoder.decode() : decoder.decode(value, { stream: true }));
      if (!done || messages.length > 0) {
        yield retry === undefined ? { messages, lastEventId } : { messages, lastEventId, retry };
      }
      if (overflow) throw overflow;
      if (done) return;
      messages = [];
      retry = undefined;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function tooLarge(maxEventSize: number): ConnectionError {
  return new ConnectionError(
    'too-large',
    `An event is larger than ${maxEventSize} characters (maxEventSize).`,
  );
}

import { ConnectionError, isConnectionError } from '../machines/connection-error.ts';
import { longestDelay } from '../machines/option-table.ts';
import { fetchTransport } from '../transports/fetch.ts';
import type { Transport } from '../transports/transport.ts';
import { defineEventSource, type EventSourceClass } from './event-source-class.ts';

/** The argument of the standard's constructor, and a `fetch` as the package `eventsource` has it. */
export interface StandardInit extends EventSourceInit {
  /** Makes the requests, with headers of its own, say. Left out, the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** The reconnection time as long as no stream has given one, in milliseconds: that of Chromium. */
const reconnectionTime = 3_000;

/** Only a lost connection is worth another try. */
const policy = { '5xx': 'fail', 408: 'fail', 410: 'fail', 425: 'fail', 429: 'fail' } as const;

/**
 * The `EventSource` of the HTML Standard, over `fetch`: it comes back after the reconnection time for as long as it takes
 * when a stream ends or the network fails, and any status but 200 closes it for good. See docs/event-source.md for what no
 * class can have in common with the browser's.
 *
 * @example
 * ```ts
 * import { EventSource } from 'sse-machine/event-source';
 *
 * globalThis.EventSource ??= EventSource;
 * ```
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export const EventSource: EventSourceClass<StandardInit> = /* @__PURE__ */ defineEventSource<StandardInit>(
  (url, { withCredentials, fetch } = {}, connection) => ({
    withCredentials,
    fetch,
    policy,
    maxRetries: Infinity,
    retryDelay: reconnectionTime,
    maxRetryDelay: reconnectionTime, // also what a page waits that believes to be offline
    retryFactor: 1,
    maxRetryAfter: longestDelay,
    // The statechart adds it to the time that the stream has given.
    jitter: () => (connection().actor.getSnapshot().context.serverRetry === null ? reconnectionTime : 0),
    connectTimeout: 0,
    maxEventSize: Infinity,
    maxFieldSize: Infinity,
    replays: 'deliver',
    resumedAfterHeader: false,
    transport: (options) => failingWithoutCors(fetchTransport(options), url, withCredentials, fetch),
  }),
);

export type EventSource = globalThis.EventSource;

/**
 * Tells a refusal by CORS, which is final, from a lost connection: `fetch` does not. A request that asks for no permission
 * shows whether the server answers at all; then the first one is made again, as the server may have come back just now.
 */
function failingWithoutCors(
  transport: Transport,
  url: URL,
  withCredentials: unknown,
  given: unknown,
): Transport {
  const home = globalThis.location?.origin;
  if (given || home === undefined || home === url.origin) return transport;
  const open: Transport = async (request, signal) => {
    try {
      return await transport(request, signal);
    } catch (error) {
      if (signal.aborted || !isLost(error)) throw error;
      const credentials = withCredentials ? 'include' : 'same-origin';
      const answer = await fetch(url, { mode: 'no-cors', credentials, cache: 'no-store', signal }).catch(
        () => {},
      );
      if (!answer) throw error;
      answer.body?.cancel();
    }
    return transport(request, signal).catch((cause) => {
      throw isLost(cause) ? new ConnectionError('http', refused, { cause }) : cause;
    });
  };
  return Object.assign(open, transport);
}

function isLost(error: unknown): boolean {
  return isConnectionError(error) && error.kind === 'network';
}

const refused =
  'The browser keeps the answer back: the server has to allow the origin of the page, and the header Last-Event-ID, by CORS.';

import { ConnectionError, type Failure } from '../machines/connection-error.ts';
import { longestDelay } from '../machines/option-table.ts';
import { fetchTransport } from '../transports/fetch.ts';
import type { Transport } from '../transports/transport.ts';
import { defineEventSource, type EventSourceClass } from './event-source-class.ts';

/** The second argument of the standard's constructor, and `fetch`, as in the package `eventsource`. */
export interface StandardInit extends EventSourceInit {
  /** Sends the requests, with your own headers, for example. Left out, the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** The reconnection time until a stream sets one, in milliseconds: that of Chromium. */
const reconnectionTime = 3_000;

/** As in the standard, only a lost connection is retried. */
const policy = { '5xx': 'fail', 408: 'fail', 410: 'fail', 425: 'fail', 429: 'fail' } as const;

/**
 * The `EventSource` of the HTML Standard, over `fetch`. When a stream ends or the network fails, it reconnects after
 * the reconnection time, without a limit; any status but 200 closes it for good. See docs/event-source.md for the
 * differences from the browser's that no class can avoid.
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
    maxRetryDelay: reconnectionTime, // also the wait of a page that seems to be offline
    maxRetryAfter: longestDelay,
    // The statechart adds this to the time that the stream has set.
    jitter: () => (connection().actor.getSnapshot().context.serverRetry === null ? reconnectionTime : 0),
    connectTimeout: 0,
    maxEventSize: Infinity,
    maxFieldSize: Infinity,
    replays: 'deliver',
    transport(options) {
      const transport = fetchTransport(options);
      const home = globalThis.location?.origin ?? url.origin;
      return home === url.origin || fetch ? transport : failingWithoutCors(transport, url);
    },
  }),
);

export type EventSource = globalThis.EventSource;

/**
 * Tells a refusal by CORS, which is final, from a lost connection. `fetch` reports both alike. A `no-cors` request
 * shows whether the server answers at all. If it does, the first request is sent again, because the server may have
 * come back just now.
 */
function failingWithoutCors(transport: Transport, url: URL): Transport {
  return (request, signal) => {
    const ask = () => transport(request, signal);
    return ask().catch(async (error: Failure) => {
      if (error.kind !== 'network') throw error;
      // The answer to a HEAD has no body that would have to be read.
      await fetch(url, { method: 'HEAD', mode: 'no-cors', signal }).catch(() => {
        throw error;
      });
      return ask().catch((cause: Failure) => {
        throw cause.kind === 'network' ? new ConnectionError('http', refused, { cause }) : cause;
      });
    });
  };
}

const refused = 'CORS refuses the origin, or Last-Event-ID.';

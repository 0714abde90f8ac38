import { ConnectionError, type Failure } from '../machines/connection-error.ts';
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
    maxRetryDelay: reconnectionTime, // also what a page waits that believes to be offline
    maxRetryAfter: longestDelay,
    // The statechart adds it to the time that the stream has given.
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
 * Tells a refusal by CORS, which is final, from a lost connection: `fetch` does not. A request that asks for no permission
 * shows whether the server answers at all; then the first one is made again, as the server may have come back just now.
 */
function failingWithoutCors(transport: Transport, url: URL): Transport {
  return (request, signal) => {
    const ask = () => transport(request, signal);
    return ask().catch(async (error: Failure) => {
      if (error.kind !== 'network') throw error;
      // Of a HEAD nothing is left that would have to be read.
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

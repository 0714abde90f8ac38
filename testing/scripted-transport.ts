import { complete } from '../machines/option-table.ts';
import { abortReason, throwIfAborted } from '../transports/abort.ts';
import {
  type FetchTransportOptions,
  fetchTable,
  fetchTransport,
  type SuppliedRequest,
  supplyRequest,
} from '../transports/fetch.ts';
import { refusalOf } from '../transports/http/refusal.ts';
import { asConnectionError } from '../transports/network-error.ts';
import { parseStream } from '../transports/stream/parse-stream.ts';
import type { EventStream, Transport } from '../transports/transport.ts';
import { createFeed } from './feed.ts';
import type { HeaderRecord } from './head.ts';
import { turn } from './real-time.ts';
import { createScript, type Exchange, type Script } from './script.ts';
import type { ScriptedPeer, ScriptedPeerOptions, ScriptedRequest } from './scripted.ts';

/**
 * A server that a test plays, without a network. To the connection it behaves as `fetch` would with a {@link
 * ScriptedServer}. The promise of a verb resolves when the client has read the data.
 */
export interface ScriptedTransport extends ScriptedPeer {
  /** Makes the transport of one or more connections to this server. Any URL will do. */
  readonly transport: (options: FetchTransportOptions) => Transport;
}

/**
 * Makes a transport whose server is the test. It needs neither `fetch` nor streams, so it runs wherever tests run.
 *
 * @example
 * ```ts
 * const scripted = createScriptedTransport();
 * const connection = createConnection('/events', { transport: scripted.transport });
 * await scripted.accept();
 * await scripted.send({ event: 'notification', data: { title: 'Hello' } });
 * expect(connection.state.lastEventId).toBe('1');
 * ```
 * @throws TypeError when an option is invalid.
 */
export function createScriptedTransport(options: ScriptedPeerOptions = {}): ScriptedTransport {
  const script = createScript(options);
  return Object.assign(script.peer, {
    transport(given: FetchTransportOptions): Transport {
      const { unsafe = false, resumable = false, hears } = fetchTransport(given); // also checks the options
      return Object.assign(transportOver(script, given, hears), { unsafe, resumable, hears });
    },
  });
}

function transportOver(
  script: Script,
  options: FetchTransportOptions,
  events: Transport['hears'],
): Transport {
  const settings = { ...options, ...complete(options, fetchTable) };

  return async (request, signal) => {
    const supplied = await supplyRequest(settings, request);
    throwIfAborted(signal); // a function of the app may have taken its time
    const { lastEventId } = supplied;
    const seen = seenRequest(supplied, options, script.now());

    return new Promise<EventStream>((resolve, reject) => {
      const feed = createFeed();
      let isAccepted = false;
      const exchange: Exchange = {
        request: seen,
        async accept(headers, text) {
          isAccepted = true;
          const limits = { ...settings, lastEventId, events };
          const batches = parseStream(feed.read, release, limits);
          resolve(Object.assign(batches, { resumedAfter: headers['last-event-id'] }));
          await feed.give(...(text === '' ? [] : [{ text, done: false }]));
          return true;
        },
        async refuse(status, headers) {
          reject(refusalOf({ status, headers: { get: (name) => headers[name] ?? null } }));
          await turn();
        },
        write: (text) => feed.give({ text, done: false }),
        end: () => feed.give({ text: '', done: true }),
        async drop() {
          const cut = new Error('The scripted peer has cut the stream.');
          if (isAccepted) return feed.give(cut);
          reject(asConnectionError(cut, 'The server could not be reached'));
          await turn();
        },
      };
      function release(): void {
        feed.release();
        script.leave(exchange);
      }
      signal.addEventListener(
        'abort',
        () => {
          reject(abortReason(signal));
          release();
        },
        { once: true },
      );
      script.arrive(exchange);
    });
  };
}

/** The request that `fetch` would send, as a server would see it. */
function seenRequest(
  { url, method, headers: given, body, lastEventId }: SuppliedRequest,
  { lastEventIdHeader = 'last-event-id' }: FetchTransportOptions,
  at: number,
): ScriptedRequest {
  const headers: HeaderRecord = {
    accept: 'text/event-stream',
    ...headerRecord(given),
    ...(lastEventId !== '' && lastEventIdHeader && { [lastEventIdHeader.toLowerCase()]: lastEventId }),
  };
  const text = typeof body === 'string' || body instanceof URLSearchParams ? String(body) : '';
  return { at, lastEventId, method: method.toUpperCase(), url: String(url), headers, body: text };
}

/** Headers as the class `Headers` has them, which some test environments lack: several values of a name become one. */
function headerRecord(headers: HeadersInit = {}): HeaderRecord {
  const pairs = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  const record: Record<string, string> = {};
  for (const [mixed = '', value] of pairs) {
    const name = mixed.toLowerCase();
    record[name] = Object.hasOwn(record, name) ? `${record[name]}, ${value}` : String(value);
  }
  return record;
}

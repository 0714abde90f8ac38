import { ConnectionError, exceeded } from '../machines/connection-error.ts';
import type { MessageBatch } from '../machines/message.ts';
import {
  check,
  complete,
  type Given,
  isFunction,
  option,
  optional,
  rule,
  text,
} from '../machines/option-table.ts';
import { abortReason, throwIfAborted } from './abort.ts';
import { supply } from './app-functions.ts';
import { askedFor } from './asked-for.ts';
import { withParameter } from './http/query-parameter.ts';
import {
  matcherRule,
  maxEventSize,
  maxFieldSize,
  namesRule,
  reportError,
  urlRule,
  withCredentials,
} from './option-rules.ts';
import { eventsRule } from './schemas.ts';
import { lastEventIdAt, type Supplied, type TextMessage, type Transport } from './transport.ts';

/** The options of {@link eventSourceTransport}, without the URL. */
export const eventSourceTable = {
  /**
   * The events to listen for: their names, to which `message` and the events of `closeOn`, `refreshOn` and
   * `keepAlive` are added; or a schema for each event. The browser delivers no others.
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
   * Whether cookies are sent to another origin.
   *
   * @default false
   * @example `withCredentials: true`
   */
  withCredentials,
  /**
   * The query parameter that carries the last event ID.
   *
   * @default 'lastEventId'
   * @example `lastEventIdParam: 'after'`
   */
  lastEventIdParam: option('lastEventId', text),
  /**
   * The largest event to accept, in characters, checked after the browser has read it.
   *
   * @default 16_777_216
   * @example `maxEventSize: 100_000`
   */
  maxEventSize,
  /**
   * The longest ID to accept, in characters.
   *
   * @default 4_096
   * @example `maxFieldSize: 200`
   */
  maxFieldSize,
  /**
   * The class to use. Left out, the global `EventSource`.
   *
   * @example `EventSource: PolyfilledEventSource`
   */
  EventSource: optional(rule<typeof globalThis.EventSource>('function', isFunction)),
  /**
   * Called with the errors that your own functions throw. By default the global `reportError`, or the console.
   *
   * @example `reportError: (error) => Sentry.captureException(error)`
   */
  reportError,
};

/** The options of {@link eventSourceTransport}. */
export interface EventSourceTransportOptions extends Given<typeof eventSourceTable> {
  /** The URL of the stream. May be relative to the page. */
  readonly url: Supplied<string | URL>;
}

/**
 * Reads an event stream with the browser's own `EventSource`. The browser shows its messages in the EventStream tab
 * of the network panel. But it sends no headers and only GET, and it hides the status of a refusal, so every error
 * has the kind `network` and is retried. The object is closed at its first error, because its own retry would compete
 * with ours.
 *
 * @throws TypeError when an option is invalid.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
 */
export const eventSourceTransport = /* @__PURE__ */ Object.assign(createTransport, { needsNames: true });

function createTransport(options: EventSourceTransportOptions): Transport {
  check(options, { url: urlRule });
  const settings = complete(options, eventSourceTable);
  const { lastEventIdParam } = settings;
  const hears = askedFor(settings);

  const openStream: Transport = async (request, signal) => {
    const url = await supply('url', options.url, settings.reportError);
    throwIfAborted(signal);
    const lastEventId = lastEventIdAt(url, request);
    throwIfAborted(signal);
    const source = construct(settings.EventSource, withParameter(url, lastEventIdParam, lastEventId), {
      withCredentials: settings.withCredentials,
    });
    const queue = createQueue(lastEventId);

    return new Promise((resolve, reject) => {
      function fail(error: unknown): void {
        source.close();
        queue.fail(error);
        reject(error);
      }
      function tooLarge(limit: 'maxEventSize' | 'maxFieldSize'): void {
        fail(exceeded('too-large', limit, settings[limit]));
      }
      function listen(event: string): void {
        source.addEventListener(event, (message: Event | StreamEvent) => {
          // A connection's own error is named `error` too, but only an event of the stream has an ID.
          if (!('lastEventId' in message)) return;
          if (message.data.length > settings.maxEventSize) tooLarge('maxEventSize');
          else if ((message.lastEventId ?? '').length > settings.maxFieldSize) tooLarge('maxFieldSize');
          else queue.push(event, message);
        });
      }
      hears.forEach(listen);
      source.addEventListener('open', () => resolve(queue.batches()));
      source.addEventListener('error', (event) => {
        if (!('lastEventId' in event)) fail(new ConnectionError('network', unknownReason));
      });
      signal.addEventListener('abort', () => fail(abortReason(signal)), { once: true });
    });
  };
  return Object.assign(openStream, { hears });
}

const unknownReason =
  'The server refused the stream or the connection broke; EventSource does not tell which. Use fetchTransport to know.';

/** Some classes other than the browser's have `null` where there is no ID. */
interface StreamEvent {
  readonly data: string;
  readonly lastEventId: string | null;
}

/** A queue of messages that were not read yet. Those that came together make one batch. */
function createQueue(resumedAfter: string) {
  let messages: TextMessage[] = [];
  // A new object has an empty ID, although the stream was resumed after one. So an empty ID is a reset by the stream
  // only after the object has had another.
  let hasOwnId = false;
  let id = resumedAfter;
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};

  return {
    push(event: string, { data, lastEventId }: StreamEvent): void {
      hasOwnId ||= Boolean(lastEventId);
      if (hasOwnId) id = lastEventId ?? id;
      messages.push({ event, data, id });
      wake();
    },
    fail(error: unknown): void {
      failure ??= { error };
      wake();
    },
    async *batches(): AsyncGenerator<MessageBatch, void> {
      while (true) {
        if (messages.length > 0) {
          const batch = { messages, lastEventId: id };
          messages = [];
          yield batch;
        } else if (failure) {
          throw failure.error;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}

function construct(given: typeof EventSource | undefined, url: string, init: EventSourceInit): EventSource {
  const Source = given ?? globalThis.EventSource;
  if (!Source) {
    throw new ConnectionError('invalid', 'There is no EventSource here. Give one, or use fetchTransport.');
  }
  try {
    return new Source(url, init);
  } catch (cause) {
    throw new ConnectionError('invalid', 'The URL is not one that EventSource can open.', { cause });
  }
}

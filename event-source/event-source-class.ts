import { type Connection, type ConnectionState, isAtRest } from '../adapters/connection.ts';
import { createConnection } from '../adapters/create-connection.ts';
import { asyncDispose } from '../adapters/dispose.ts';
import type { ConnectionOptions } from '../adapters/options.ts';
import type { ConnectionError } from '../machines/connection-error.ts';
import type { Message } from '../machines/message.ts';
import { fetchTransport } from '../transports/fetch.ts';
import type { TransportOptions } from '../transports/transport-factory.ts';
import { resolveAddress } from './address.ts';
import { defineHandler } from './event-handlers.ts';
import { atPaceOf, TaskQueue } from './task-queue.ts';

/** A class with the interface of the browser's `EventSource`. `Init` is the second argument of its constructor. */
export interface EventSourceClass<Init = EventSourceInit> {
  readonly prototype: EventSource;
  /**
   * @throws DOMException `SyntaxError` when the URL is invalid, or is relative where there is neither a page nor a
   * worker.
   * @throws TypeError when an option is invalid.
   */
  new (url: string | URL, init?: Init): EventSource;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
}

/** The `error` event of these classes. (That of the browser has no details.) */
export interface EventSourceErrorEvent extends Event {
  /** Why the attempt failed or the source is closed; null when the server ended the stream on purpose. */
  readonly error: ConnectionError | null;
  /** The message of `error`, for a person. */
  readonly message: string | undefined;
  /** The HTTP status, where there was one. The package `eventsource` has it under this name too. */
  readonly code: number | undefined;
}

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

/**
 * The origin of the answer after redirects, by the actor of the connection, because not every user of a shared one
 * sees the answer.
 */
const origins = new WeakMap<object, string>();

/**
 * Makes a class whose objects are connections.
 *
 * @param optionsOf Returns the options for the connection of one object. They may use `connection` once it exists.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
 */
export function defineEventSource<Init extends object>(
  optionsOf: (url: URL, init: Init | undefined, connection: () => Connection) => ConnectionOptions,
): EventSourceClass<Init> {
  // React Native has no EventTarget, but must be able to import this file.
  const Target: new () => Pick<EventSource, keyof EventTarget> = Object(globalThis).EventTarget ?? Object;

  class Source extends Target {
    declare static readonly CONNECTING: 0;
    declare static readonly OPEN: 1;
    declare static readonly CLOSED: 2;
    declare readonly CONNECTING: 0;
    declare readonly OPEN: 1;
    declare readonly CLOSED: 2;
    declare onopen: EventSource['onopen'];
    declare onmessage: EventSource['onmessage'];
    declare onerror: EventSource['onerror'];
    readonly #url: URL;
    readonly #withCredentials: boolean;
    readonly #connection: Connection;
    readonly #events = new TaskQueue();
    #readyState: 0 | 1 | 2 = CONNECTING;
    #status: ConnectionState['status'] = 'connecting';

    constructor(...given: [url: string | URL, init?: Init]) {
      super();
      const complaint = complaintOf(given);
      if (complaint) throw new TypeError(complaint);
      const [url, init] = given;
      this.#url = resolveAddress(`${url}`);
      const options = optionsOf(this.#url, init ?? undefined, () => this.#connection);
      this.#withCredentials = Boolean(options.withCredentials);
      const { transport: makeTransport = fetchTransport, onResponse } = options;
      const connection = createConnection(this.#url, {
        ...options,
        withCredentials: this.#withCredentials,
        parse: 'text',
        transport: Object.assign(
          (request: TransportOptions) => atPaceOf(this.#events, makeTransport(request)),
          makeTransport, // its scope
        ),
        onResponse(response) {
          if (response.ok && response.url) origins.set(connection.actor, new URL(response.url).origin);
          return onResponse?.(response);
        },
      });
      this.#connection = connection;
      connection.on('*', (message) => this.#events.add(() => this.#deliver(message)));
      connection.subscribe((state) => {
        if (state.closeReason === 'app') this.close();
        else this.#events.add(() => this.#follow(state));
      });
    }

    get url(): string {
      return this.#url.href;
    }
    get withCredentials(): boolean {
      return this.#withCredentials;
    }
    get readyState(): number {
      return this.#readyState;
    }

    /** Disposes of the connection, because one with exhausted retries would try again when the network is back. */
    close(): void {
      if (this.#readyState === CLOSED) return;
      this.#readyState = CLOSED;
      this.#connection[asyncDispose]();
    }

    #follow(state: ConnectionState): void {
      const before = this.#status;
      const { status, error } = state;
      if (this.#readyState === CLOSED || status === before) return;
      this.#status = status;
      this.#readyState = status === 'open' ? OPEN : CONNECTING;
      if (isAtRest(state)) this.close();
      if (status === 'open') this.dispatchEvent(new Event('open'));
      else if (hasFailed(before, state)) {
        const { message, status: code } = error ?? {};
        this.dispatchEvent(Object.assign(new Event('error'), { error, message, code }));
      }
    }

    #deliver({ event, data, id }: Message): void {
      if (this.#readyState === CLOSED) return;
      const origin = origins.get(this.#connection.actor) ?? this.#url.origin;
      const dispatched = new MessageEvent(event, { data, origin, lastEventId: id });
      // workerd ignores both.
      if (dispatched.origin !== origin) {
        Object.defineProperties(dispatched, { origin: { value: origin }, lastEventId: { value: id } });
      }
      this.dispatchEvent(dispatched);
    }
  }

  const { prototype } = Source;
  Object.defineProperties(Source, { ...constants, name, length: { value: 1 } });
  Object.defineProperties(prototype, {
    ...constants,
    [Symbol.toStringTag]: name,
    url: listed,
    withCredentials: listed,
    readyState: listed,
    close: listed,
  });
  for (const type of ['open', 'message', 'error']) defineHandler(prototype, type);
  return Source;
}

/** Whether a change of state is an error. A page that was frozen gets its stream back without one. */
function hasFailed(before: ConnectionState['status'], state: ConnectionState): boolean {
  if (state.status === 'connecting') return before === 'open';
  return state.status === 'backoff' ? before !== 'closed' : isAtRest(state);
}

const name = { value: 'EventSource', configurable: true };

const listed = { enumerable: true };

const constants = Object.fromEntries(
  ['CONNECTING', 'OPEN', 'CLOSED'].map((name, value) => [name, { ...listed, value }]),
);

/** The reason why an object cannot be made. In production, a bundler removes the part about the platform. */
function complaintOf(given: readonly unknown[]): string | undefined {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const needed = ['EventTarget', 'Event', 'MessageEvent', 'DOMException'];
      const missing = needed.find((name) => !Reflect.get(globalThis, name)); // in React Native
      if (missing) {
        return `There is no \`${missing}\` here, and an EventSource is made of these: load a polyfill of it first, or use \`createConnection\`.`;
      }
    }
  } catch {}
  const [, init] = given;
  const isUsable = given.length > 0 && (init == null || Object(init) === init);
  return isUsable ? undefined : 'Give a URL, and options as an object.';
}

declare const process: { env: { NODE_ENV?: string } };

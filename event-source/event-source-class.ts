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

/** A class with the interface of the browser's `EventSource`. `Init` is what its constructor takes beside the URL. */
export interface EventSourceClass<Init = EventSourceInit> {
  readonly prototype: EventSource;
  /**
   * @throws DOMException `SyntaxError` when the URL is none. Where there is neither a page nor a worker, a relative one is
   * none.
   * @throws TypeError when an option is invalid.
   */
  new (url: string | URL, init?: Init): EventSource;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
}

/** The `error` event of these classes. That of the browser says nothing. */
export interface EventSourceErrorEvent extends Event {
  /** Why the attempt failed or the source is closed; null when the server has ended it on purpose. */
  readonly error: ConnectionError | null;
  /** The same as a sentence for a person. */
  readonly message: string | undefined;
  /** The HTTP status, where there was one. It goes by the name that the package `eventsource` has for it. */
  readonly code: number | undefined;
}

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

/** Where a stream came from in the end, by the actor of its connection: not all who share it have seen the answer. */
const origins = new WeakMap<object, string>();

/**
 * Makes a class whose objects are connections.
 *
 * @param optionsOf Gives the options of the connection of one object, which is there when they are used.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
 */
export function defineEventSource<Init extends object>(
  optionsOf: (url: URL, init: Init | undefined, connection: () => Connection) => ConnectionOptions,
): EventSourceClass<Init> {
  // React Native has no EventTarget, and can import this file all the same.
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

    /** For good: what has failed with an exhausted budget would try again when the network is back. */
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
      // workerd leaves both out.
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

/** Whether it is an error. A page that was frozen has its stream again without one. */
function hasFailed(before: ConnectionState['status'], state: ConnectionState): boolean {
  if (state.status === 'connecting') return before === 'open';
  return state.status === 'backoff' ? before !== 'closed' : isAtRest(state);
}

const name = { value: 'EventSource', configurable: true };

const listed = { enumerable: true };

const constants = Object.fromEntries(
  ['CONNECTING', 'OPEN', 'CLOSED'].map((name, value) => [name, { ...listed, value }]),
);

/** Says what keeps an object from being made. In production a bundler leaves out what is said of the platform. */
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

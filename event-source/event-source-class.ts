import type { Connection, ConnectionState } from '../adapters/connection.ts';
import { createConnection } from '../adapters/create-connection.ts';
import type { ConnectionOptions } from '../adapters/options.ts';
import type { ConnectionError } from '../machines/connection-error.ts';
import type { Message } from '../machines/message.ts';
import { fetchTransport } from '../transports/fetch.ts';
import type { TransportOptions } from '../transports/transport-factory.ts';
import { resolveAddress } from './address.ts';
import { type EventHandler, EventHandlers } from './event-handlers.ts';
import { nextTask, oneMessageATask } from './one-message-a-task.ts';

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

const constants = { CONNECTING: 0, OPEN: 1, CLOSED: 2 } as const;
const { CONNECTING, OPEN, CLOSED } = constants;

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
    readonly #url: URL;
    readonly #withCredentials: boolean;
    readonly #connection: Connection;
    readonly #handlers = new EventHandlers(this);
    #readyState: 0 | 1 | 2 = CONNECTING;
    #status: ConnectionState['status'] = 'connecting';

    constructor(...given: [url: string | URL, init?: Init]) {
      super();
      checkPlatform();
      if (given.length < 1) throw new TypeError('An EventSource needs a URL.');
      const [url, init] = given;
      if (init != null && Object(init) !== init)
        throw new TypeError('The options of an EventSource are an object.');
      this.#url = resolveAddress(`${url}`);
      const options = optionsOf(this.#url, init ?? undefined, () => this.#connection);
      this.#withCredentials = Boolean(options.withCredentials);
      const { transport: makeTransport = fetchTransport, onResponse } = options;
      const connection = createConnection(this.#url, {
        ...options,
        withCredentials: this.#withCredentials,
        parse: 'text',
        transport: Object.assign(
          (request: TransportOptions) => oneMessageATask(makeTransport(request)),
          makeTransport, // its scope
        ),
        onResponse(response) {
          if (response.ok && response.url) origins.set(connection.actor, new URL(response.url).origin);
          return onResponse?.(response);
        },
      });
      this.#connection = connection;
      connection.on('*', (message) => this.#deliver(message));
      let isNew = true;
      connection.subscribe((state) => isNew || this.#follow(state));
      isNew = false;
      // A shared connection may be further, which is told as late as any event.
      if (connection.state.status !== 'connecting') nextTask().then(() => this.#follow(connection.state));
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
    get onopen(): EventHandler | null {
      return this.#handlers.get('open');
    }
    set onopen(handler: EventHandler | null) {
      this.#handlers.set('open', handler);
    }
    get onmessage(): EventHandler | null {
      return this.#handlers.get('message');
    }
    set onmessage(handler: EventHandler | null) {
      this.#handlers.set('message', handler);
    }
    get onerror(): EventHandler | null {
      return this.#handlers.get('error');
    }
    set onerror(handler: EventHandler | null) {
      this.#handlers.set('error', handler);
    }

    /** For good: what has failed with an exhausted budget would try again when the network is back. */
    close(): void {
      if (this.#readyState === CLOSED) return;
      this.#readyState = CLOSED;
      this.#connection[Symbol.asyncDispose]();
    }

    #follow({ status, closeReason, error }: ConnectionState): void {
      const before = this.#status;
      if (this.#readyState === CLOSED || status === before) return;
      this.#status = status;
      if (status === 'open') {
        this.#readyState = OPEN;
        this.dispatchEvent(new Event('open'));
        return;
      }
      const isOver = status === 'failed' || (status === 'closed' && closeReason !== 'paused');
      const wasTrying = before === 'connecting' && status === 'backoff';
      this.#readyState = CONNECTING;
      if (isOver) this.close();
      // A page that was frozen has its stream again without an error, and what the app closes is none.
      if (isOver ? closeReason !== 'app' : wasTrying || (before === 'open' && status !== 'closed')) {
        const { message, status: code } = error ?? {};
        this.dispatchEvent(Object.assign(new Event('error'), { error, message, code }));
      }
    }

    #deliver({ event, data, id }: Message): void {
      if (this.#readyState === CONNECTING) this.#follow(this.#connection.state);
      const origin = origins.get(this.#connection.actor) ?? this.#url.origin;
      this.dispatchEvent(new MessageEvent(event, { data, origin, lastEventId: id }));
    }
  }

  describe(Source, { name: 'EventSource', length: 1 }, false);
  describe(Source, constants, true);
  describe(Source.prototype, { [Symbol.toStringTag]: 'EventSource' }, false);
  describe(Source.prototype, constants, true);
  const attributes = ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror', 'close'];
  for (const name of attributes) Object.defineProperty(Source.prototype, name, { enumerable: true });
  return Source;
}

/** Defines properties as Web IDL has them: constants, which are listed, or what is only there. */
function describe(holder: object, values: object, isListed: boolean): void {
  for (const key of Reflect.ownKeys(values)) {
    const value: unknown = Reflect.get(values, key);
    Object.defineProperty(holder, key, { value, enumerable: isListed, configurable: !isListed });
  }
}

/** @throws TypeError when there are no events here, as in React Native. */
function checkPlatform(): void {
  const missing = ['EventTarget', 'Event', 'MessageEvent'].find((name) => !Reflect.get(globalThis, name));
  if (!missing) return;
  throw new TypeError(
    `There is no \`${missing}\` here, and an EventSource is made of these: load a polyfill of it first, or use \`createConnection\`.`,
  );
}

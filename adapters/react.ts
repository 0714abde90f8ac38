import { useEffect, useInsertionEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Message } from '../machines/message.ts';
import { resourceOf } from '../transports/resource.ts';
import type { Supplied } from '../transports/transport.ts';
import type { ReconnectOptions } from './connection.ts';
import { makeConnection } from './create-connection.ts';
import type { ConnectionOptions } from './options.ts';
import {
  begin,
  type ConnectionCommands,
  type ConnectionView,
  createView,
  idleStore,
  type ServerSentEventsOptions,
  unknownStore,
  type ViewableConnection,
  type ViewOptions,
  type ViewStore,
} from './view-store.ts';

export type {
  ConnectionCommands,
  ConnectionView,
  ServerSentEventsOptions,
  ViewableConnection,
  ViewOptions,
} from './view-store.ts';

/** What the hooks return: what to show, and what to do. */
export type UseServerSentEventsResult<Data = unknown> = ConnectionView<Data> & ConnectionCommands;

/**
 * Connects a component to an event stream for as long as it is mounted.
 *
 * A `url` of another origin or path makes a new connection. One that differs in its query is the same connection: it
 * keeps its last event ID and what it shows, and the new stream is opened before the old one goes. Of the options only
 * `headers`, `body` and the functions are read anew at every render, if they were there at first; to change another
 * one, give the component another `key`.
 *
 * The hook stands on `createConnection` and not on `useMachine`, which stops and revives its actor behind a
 * component that is hidden, with the stream gone and the state still open.
 *
 * @param url Where the stream is; null for none, until there is one again.
 * @throws TypeError when an option is invalid.
 */
export function useServerSentEvents<Data = unknown>(
  url: string | URL | null | undefined,
  options: ServerSentEventsOptions<Data> = {},
): UseServerSentEventsResult<Data> {
  const address = url == null ? null : String(url);
  const latest = useLatest({ address, options });
  const store = useKept(address === null ? null : resourceOf(address), () =>
    address === null ? idleStore : createStore(address, options, latest),
  );
  const view = useView(store);
  const isGone = useRef(false);
  const wasRunning = useRef(false);
  const isWanted = address !== null;

  useEffect(() => {
    const { connection } = store;
    if (!connection || !isWanted) return undefined;
    isGone.current = false;
    begin(connection, wasRunning.current || latest.current.options.immediate !== false);
    return () => {
      // Hidden by <Activity> and shown again, the component resumes what was running.
      wasRunning.current = connection.suspend();
      isGone.current = true;
    };
  }, [store, latest, isWanted]);

  const followed = useRef({ store, address });
  useEffect(() => {
    const last = followed.current;
    if (address === null) return;
    if (store === last.store && address !== last.address) store.connection?.actor.send({ type: 'move' });
    followed.current = { store, address };
  }, [store, address]);

  const commands = useMemo((): ConnectionCommands => {
    const { open, close, reconnect } = store.commands;
    return {
      // After the unmount these two would open a connection that nobody closes.
      open: () => {
        if (!isGone.current) open();
      },
      reconnect: (reconnectOptions: ReconnectOptions = {}) => {
        if (!isGone.current) reconnect(reconnectOptions);
      },
      close,
    };
  }, [store]);
  return useMemo(() => ({ ...view, ...commands }), [view, commands]);
}

/** Shows a connection that was made elsewhere. It is neither opened nor closed by the component. */
export function useConnection<Data = unknown>(
  connection: ViewableConnection | null | undefined,
  options: ViewOptions = {},
): UseServerSentEventsResult<Data> {
  const { history } = options;
  const store = useMemo(
    () => (connection ? createView<Data>(connection, { history }) : idleStore),
    [connection, history],
  );
  // By the time the page hydrates, the connection may be further than it was on the server.
  const view = useView(store, connection ? unknownStore.get : undefined);
  return useMemo(() => ({ ...view, ...store.commands }), [view, store]);
}

function useView<Data>({ subscribe, get }: ViewStore<Data>, getOnServer = get): ConnectionView<Data> {
  return useSyncExternalStore(subscribe, get, getOnServer);
}

/**
 * Keeps a value for as long as its key is the same, or null. React may drop what `useMemo` holds, as hot reloading
 * does, and with a connection the ID to resume after would go.
 */
function useKept<Value>(key: string | null, create: () => Value): Value {
  const [kept, setKept] = useState(() => ({ key, value: create() }));
  if (key === null || kept.key === key) return kept.value;
  const next = { key, value: create() };
  setKept(next);
  return next.value;
}

type Latest<Value> = { readonly current: Value };

function useLatest<Value>(value: Value): Latest<Value> {
  const latest = useRef(value);
  useInsertionEffect(() => {
    latest.current = value;
  });
  return latest;
}

/** What the latest render was given. */
interface Given<Data> {
  readonly address: string | null;
  readonly options: ServerSentEventsOptions<Data>;
}

function createStore<Data>(
  address: string,
  { onMessage: _, history, immediate = true, ...options }: ServerSentEventsOptions<Data>,
  latest: Latest<Given<Data>>,
): ViewStore<Data> {
  let lastAddress = address;
  const url = () => {
    lastAddress = latest.current.address ?? lastAddress;
    return lastAddress;
  };
  const connection = makeConnection(url, readLate({ ...options, immediate: false }, latest), address);
  connection.on('*', (message) => latest.current.options.onMessage?.(message as Message<Data>));
  return createView(connection, { history, expected: immediate });
}

/** Replaces the options that change from render to render by ones that look at the latest render. */
function readLate<Data>(options: ConnectionOptions, latest: Latest<Given<Data>>): ConnectionOptions {
  const { body, fetch, parse, jitter, refresh, onGap, reportError } = options;
  const given = () => latest.current.options;
  const late: ConnectionOptions = {
    ...options,
    headers: () => resolved(given().headers),
    ...(body != null && { body: () => resolved(given().body) }),
    ...(onGap && { onGap: (gap) => (given().onGap ?? onGap)(gap) }),
    ...(fetch && { fetch: (...request) => (given().fetch ?? fetch)(...request) }),
    ...(reportError && { reportError: (error) => (given().reportError ?? reportError)(error) }),
    ...(typeof parse === 'function' && {
      parse: (...message) => orElse(given().parse, parse)(...message),
    }),
    ...(typeof jitter === 'function' && {
      jitter: (...delay) => orElse(given().jitter, jitter)(...delay),
    }),
  };
  // The refresh is shared by the connections that have the same function, so it is the app's own that counts.
  return refresh ? Object.defineProperty(late, 'refresh', { get: () => given().refresh ?? refresh }) : late;
}

function resolved<Value>(supplied: Supplied<Value>): Value | Promise<Value> {
  return typeof supplied === 'function' ? (supplied as () => Value | Promise<Value>)() : supplied;
}

function orElse<Call>(latest: Call | string | undefined, first: Call): Call {
  return typeof latest === 'function' ? latest : first;
}

import { useEffect, useInsertionEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Message } from '../machines/message.ts';
import { refreshOnce } from '../transports/refresh.ts';
import { defaultReporter } from '../transports/report.ts';
import type { Supplied } from '../transports/transport.ts';
import type { ConnectionOptions } from './options.ts';
import { createConnection } from './vanilla.ts';
import {
  type ConnectionCommands,
  type ConnectionView,
  createView,
  idleStore,
  leave,
  type ServerSentEventsOptions,
  unknownStore,
  type ViewableConnection,
  type ViewOptions,
  type ViewStore,
} from './view.ts';

export type {
  ConnectionCommands,
  ConnectionView,
  ServerSentEventsOptions,
  ViewableConnection,
  ViewOptions,
} from './view.ts';

/** What the hooks return: what to show, and what to do. */
export type UseServerSentEventsResult<Data = unknown> = ConnectionView<Data> & ConnectionCommands;

/**
 * Connects a component to an event stream for as long as it is mounted.
 *
 * A new `url` makes a new connection. Of the options only `headers`, `body` and the functions are read anew at
 * every render, if they were there at first; to change another one, give the component another `key`.
 *
 * The hook stands on `createConnection` and not on `useMachine`, which stops and revives its actor behind a
 * component that is hidden, with the stream gone and the state still open.
 *
 * @param url Where the stream is; null for none.
 * @throws TypeError when an option is not what it may be.
 */
export function useServerSentEvents<Data = unknown>(
  url: string | URL | null | undefined,
  options: ServerSentEventsOptions<Data> = {},
): UseServerSentEventsResult<Data> {
  const latest = useLatest(options);
  const key = url == null ? null : String(url);
  const store = useKept(key, () => (key === null ? idleStore : createStore(key, options, latest)));
  const view = useView(store);
  const resume = useRef(false);
  const gone = useRef(false);

  useEffect(() => {
    gone.current = false;
    const { connection } = store;
    if (!connection) return undefined;
    const isNew = connection.state.closeReason === null;
    if (resume.current || (isNew && latest.current.immediate !== false)) connection.open();
    return () => {
      // Hidden by <Activity> and shown again, the component resumes what was running.
      resume.current = leave(connection, latest.current);
      gone.current = true;
    };
  }, [store, latest]);

  const commands = useMemo((): ConnectionCommands => {
    const { open, close, reconnect } = store.commands;
    return {
      // After the unmount these two would open a connection that nobody closes.
      open: () => {
        if (!gone.current) open();
      },
      reconnect: () => {
        if (!gone.current) reconnect();
      },
      close: () => {
        resume.current = false;
        close();
      },
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
 * Keeps a value for as long as its key is the same. React may drop what `useMemo` holds, as hot reloading does,
 * and with a connection the ID to resume after would go.
 */
function useKept<Value>(key: unknown, create: () => Value): Value {
  const [kept, setKept] = useState(() => ({ key, value: create() }));
  if (kept.key === key) return kept.value;
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

function createStore<Data>(
  url: string,
  { onMessage: _, history, immediate = true, ...options }: ServerSentEventsOptions<Data>,
  latest: Latest<ServerSentEventsOptions<Data>>,
): ViewStore<Data> {
  const connection = createConnection(url, { ...readLate(options, latest), immediate: false });
  connection.on('*', (message) => latest.current.onMessage?.(message as Message<Data>));
  return createView(connection, { history, expected: immediate });
}

/** Replaces the options that change from render to render by functions that look at the latest render. */
function readLate<Data>(
  options: ConnectionOptions,
  latest: Latest<ServerSentEventsOptions<Data>>,
): ConnectionOptions {
  const { body, fetch, parse, jitter, refresh, onGap, reportError } = options;
  return {
    ...options,
    headers: () => resolved(latest.current.headers),
    ...(body != null && { body: () => resolved(latest.current.body) }),
    ...(onGap && { onGap: (gap) => (latest.current.onGap ?? onGap)(gap) }),
    ...(fetch && { fetch: (...request) => (latest.current.fetch ?? fetch)(...request) }),
    // The refresh is shared by the connections that have the same function, so it is the app's own that counts.
    ...(refresh && {
      refresh: () => refreshOnce(latest.current.refresh ?? refresh, reportError ?? defaultReporter),
    }),
    ...(reportError && { reportError: (error) => (latest.current.reportError ?? reportError)(error) }),
    ...(typeof parse === 'function' && {
      parse: (...message) => orElse(latest.current.parse, parse)(...message),
    }),
    ...(typeof jitter === 'function' && {
      jitter: (...delay) => orElse(latest.current.jitter, jitter)(...delay),
    }),
  };
}

function resolved<Value>(supplied: Supplied<Value>): Value | Promise<Value> {
  return typeof supplied === 'function' ? (supplied as () => Value | Promise<Value>)() : supplied;
}

function orElse<Call>(latest: Call | string | undefined, first: Call): Call {
  return typeof latest === 'function' ? latest : first;
}

'use client';

import { useEffect, useInsertionEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { readAnew } from '../transports/refresh.ts';
import type { Supplied } from '../transports/transport.ts';
import {
  type ComponentUrl,
  createComponentConnection,
  optionsAsText,
  placeOf,
} from './component-connection.ts';
import {
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
 * keeps its last event ID and what it shows, and the new stream is opened before the old one goes. Of the options
 * `headers`, `body` and the functions are read anew at every render, if they were there at first. Other names in
 * `events`, `closeOn`, `refreshOn` or `keepAlive` make a new connection, which resumes after the last event; lists are
 * compared by their content. To change another option, give the component another `key`. While you develop, Fast
 * Refresh takes up any number, word, flag or list that you change.
 *
 * The hook stands on `createConnection` and not on `useMachine`, which stops and revives its actor behind a
 * component that is hidden, with the stream gone and the state still open.
 *
 * @param url Where the stream is; null for none, until there is one again. With `topics`, a function that makes it of the
 * topics of all users.
 * @throws TypeError when an option is invalid. One that contradicts those of others that share is reported.
 */
export function useServerSentEvents<Data = unknown>(
  url: ComponentUrl | URL | null | undefined,
  options: ServerSentEventsOptions<Data> = {},
): UseServerSentEventsResult<Data> {
  const address = url == null || typeof url === 'function' ? url : String(url);
  const latest = useLatest(options);
  const [component] = useState(createComponentConnection<Data>);
  // Fast Refresh keeps the state, and makes anew what is memoised: then all options count that are data.
  // biome-ignore lint/correctness/useExhaustiveDependencies: those of the code, and not of each render
  const inCode = useMemo(() => optionsAsText(options), []);
  const key = address == null ? null : placeOf(address, options.share) + namesIn(options) + inCode;
  const store = useKept(key, () =>
    address == null ? idleStore : component.storeFor(address, readLate(options, latest)),
  );
  const topics = JSON.stringify(topicsIn(options));
  const view = useView(store);
  const isWanted = address != null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: other topics lead to another URL
  useEffect(() => {
    if (address != null) component.enter(store, address, latest.current.immediate);
  }, [component, store, address, topics, latest]);
  // Also when <Activity> hides it: shown again, the component resumes what was running.
  useEffect(() => (isWanted ? component.leave : undefined), [component, isWanted]);

  const commands = useMemo(() => component.commandsOf(store), [component, store]);
  return useMemo(() => ({ ...view, ...commands }), [view, commands]);
}

/** The names among the options, of events and of what is shared, as text to compare. */
function namesIn<Data>(options: ServerSentEventsOptions<Data>): string {
  const { events, closeOn, refreshOn, keepAlive, share } = options;
  return JSON.stringify([events, closeOn, refreshOn, keepAlive, share]);
}

function topicsIn<Data>({ topics }: ServerSentEventsOptions<Data>): readonly string[] | undefined {
  return typeof topics === 'function' ? topics() : topics;
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

/** Replaces the options that change from render to render by ones that look at the latest render. */
function readLate<Data>(
  options: ServerSentEventsOptions<Data>,
  latest: Latest<ServerSentEventsOptions<Data>>,
): ServerSentEventsOptions<Data> {
  const { body, fetch, parse, jitter, refresh, onGap, onResponse, reportError } = options;
  const given = () => latest.current;
  return {
    ...options,
    onMessage: (message) => given().onMessage?.(message),
    headers: () => resolved(given().headers),
    ...(options.topics && { topics: () => topicsIn(given()) ?? [] }),
    ...(body != null && { body: () => resolved(given().body) }),
    ...(refresh && { refresh: readAnew(() => given().refresh ?? refresh) }),
    ...(onGap && { onGap: (gap) => (given().onGap ?? onGap)(gap) }),
    ...(onResponse && { onResponse: (response) => (given().onResponse ?? onResponse)(response) }),
    ...(fetch && { fetch: (...request) => (given().fetch ?? fetch)(...request) }),
    ...(reportError && { reportError: (error) => (given().reportError ?? reportError)(error) }),
    ...(typeof parse === 'function' && {
      parse: (...message) => orElse(given().parse, parse)(...message),
    }),
    ...(typeof jitter === 'function' && {
      jitter: (...delay) => orElse(given().jitter, jitter)(...delay),
    }),
  };
}

function resolved<Value>(supplied: Supplied<Value>): Value | Promise<Value> {
  return typeof supplied === 'function' ? (supplied as () => Value | Promise<Value>)() : supplied;
}

function orElse<Call>(latest: Call | string | undefined, first: Call): Call {
  return typeof latest === 'function' ? latest : first;
}

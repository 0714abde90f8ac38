'use client';

import { useEffect, useInsertionEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { EventSchemas } from '../transports/schemas.ts';
import type { EventMap } from '../transports/transport.ts';
import {
  type ComponentUrl,
  createComponentConnection,
  optionsAsText,
  placeOf,
} from './component-connection.ts';
import type { Connection } from './connection.ts';
import { namesIn, readLate, topicsIn } from './late-options.ts';
import { type Choice, createChooser } from './selection.ts';
import type {
  AnyOptions,
  AnyView,
  ConnectionCommands,
  ConnectionView,
  ServerSentEventsOptions,
  ViewOptions,
} from './view.ts';
import { type AnyStore, beginWith, createView, idleStore, unknownStore } from './view-store.ts';

const createAnyConnection = () => createComponentConnection<EventMap, unknown>();

export { eventTypes } from '../transports/schemas.ts';
export type {
  ConnectionCommands,
  ConnectionView,
  LatestMessages,
  ServerSentEventsOptions,
  ShownMessages,
  ViewOptions,
} from './view.ts';

/**
 * The result of the hooks: the state and the messages to show (or what `select` returns), the commands, and the
 * connection.
 */
export type UseServerSentEventsResult<
  Events extends object = EventMap,
  State = never,
  Selected = never,
> = ConnectionCommands & {
  /**
   * The connection, to add listeners to it or to watch it. It stays the same until the hook makes another, for a URL
   * of another origin or path, or for other options. Null on a server, while the page hydrates, and without a URL.
   * The component opens and closes it, so use the commands of the hook.
   */
  readonly connection: Connection<Events> | null;
} & ([Selected] extends [never] ? ConnectionView<Events, State> : { readonly selected: Selected });

/**
 * Connects a component to an event stream for as long as it is mounted.
 *
 * A `url` of another origin or path makes a new connection. When only the query changes, the connection stays: it
 * keeps its last event ID and what it shows, and the new stream is opened before the old one is dropped. `headers`,
 * `body` and functions among the options are read anew at every render, if they were given at first. Other names in
 * `events`, `closeOn`, `refreshOn`, `keepAlive` or `share` make a new connection, which resumes after the last event;
 * lists are compared by content. To change any other option, give the component another `key`. During development,
 * Fast Refresh applies a changed number, string, boolean or list.
 *
 * The hook is built on `createConnection`, not on `useMachine`: that one stops and revives its actor when a component
 * is hidden, which loses the stream while the state stays `open`.
 *
 * @param url The URL of the stream; null or undefined for none. With `topics`, a function that makes it from the
 * topics of all users.
 * @throws TypeError when an option is invalid. An option that contradicts that of another user of a shared connection
 * is reported.
 */
export function useServerSentEvents<Events extends object, State = never, Selected = never>(
  url: ComponentUrl | URL | null | undefined,
  options: ServerSentEventsOptions<Events, State, Selected> & { readonly events: EventSchemas<Events> },
): UseServerSentEventsResult<Events, State, Selected>;
export function useServerSentEvents<const Name extends string, State = never, Selected = never>(
  url: ComponentUrl | URL | null | undefined,
  options: ServerSentEventsOptions<Record<Name | 'message', unknown>, State, Selected> & {
    readonly events: readonly Name[];
  },
): UseServerSentEventsResult<Record<Name | 'message', unknown>, State, Selected>;
export function useServerSentEvents<Events extends object = EventMap, State = never, Selected = never>(
  url: ComponentUrl | URL | null | undefined,
  options?: ServerSentEventsOptions<Events, State, Selected>,
): UseServerSentEventsResult<Events, State, Selected>;
export function useServerSentEvents(
  url: ComponentUrl | URL | null | undefined,
  options: AnyOptions = {},
): object {
  const address = url == null || typeof url === 'function' ? url : String(url);
  const latest = useLatest(options);
  const [component] = useState(createAnyConnection);
  // Fast Refresh keeps state and computes memos anew: an edited option that is plain data makes a new connection.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the options in the code, not those of each render
  const inCode = useMemo(() => optionsAsText(options), []);
  const key = address == null ? null : placeOf(address, options.share) + namesIn(options) + inCode;
  const store = useKept(key, () =>
    address == null
      ? beginWith(options.initial, idleStore)
      : component.storeFor(
          address,
          readLate(options, () => latest.current),
        ),
  );
  const topics = JSON.stringify(topicsIn(options));
  const view = useView(store, options.select);
  const isWanted = address != null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: other topics lead to another URL
  useEffect(() => {
    if (address != null) component.enter(store, address, latest.current.immediate);
  }, [component, store, address, topics, latest]);
  // Also called when <Activity> hides the component; shown again, it resumes what was running.
  useEffect(() => (isWanted ? component.leave : undefined), [component, isWanted]);

  const commands = useMemo(() => component.commandsOf(store), [component, store]);
  const connection = useSyncExternalStore(
    subscribeToNothing,
    () => (isWanted ? store.connection : null),
    () => null, // a server has no connection for the page
  );
  return useMemo(() => ({ ...view, ...commands, connection }), [view, commands, connection]);
}

/** Shows a connection that was made elsewhere. The component neither opens nor closes it. */
export function useConnection<Events extends object = EventMap, State = never, Selected = never>(
  connection: Connection<Events> | null | undefined,
  options?: ViewOptions<Events, State, Selected>,
): UseServerSentEventsResult<Events, State, Selected>;
export function useConnection(
  connection: Connection | null | undefined,
  options: ViewOptions<EventMap, unknown, unknown> = {},
): object {
  const { history, settle, reduce } = options;
  const latest = useLatest(options);
  const gathers = reduce !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `reduce` is read anew, and `initial` when it begins
  const [store, early] = useMemo(() => {
    const { reduce, initial } = options;
    if (!connection) return [beginWith(initial, idleStore)];
    const gathering = reduce && {
      reduce: (...step: Parameters<typeof reduce>) => (latest.current.reduce ?? reduce)(...step),
      initial,
    };
    // When the page hydrates, the connection may have moved on since the server rendered.
    return [createView(connection, { history, settle, ...gathering }), beginWith(initial, unknownStore)];
  }, [connection, history, settle, gathers, latest]);
  const view = useView(store, options.select, early?.get);
  return useMemo(() => ({ ...view, ...store.commands, connection: store.connection }), [view, store]);
}

const subscribeToNothing = () => () => {};

/** Shows the view of a store, or what `select` chooses of it. */
function useView(
  { subscribe, get }: AnyStore,
  select: ((view: AnyView) => unknown) | undefined,
  getOnServer = get,
): object {
  const rendered = useRef<Choice>(undefined);
  // Each render may pass another `select` that chooses the same.
  const [show, showOnServer] = useMemo(() => {
    const choose = select && createChooser(select, () => rendered.current);
    return choose ? [() => choose(get()), () => choose(getOnServer())] : [get, getOnServer];
  }, [get, getOnServer, select]);
  const shown = useSyncExternalStore<object>(subscribe, show, showOnServer);
  useEffect(() => {
    rendered.current = 'selected' in shown ? shown : undefined;
  });
  return shown;
}

/**
 * Keeps a value while its key stays the same, or is null. Not with `useMemo`: React may drop its value, as hot
 * reloading does, and with the connection the ID to resume after would be lost.
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

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

/** The result of the hooks: what to show, or what `select` has chosen of it, what to do, and the connection itself. */
export type UseServerSentEventsResult<
  Events extends object = EventMap,
  State = never,
  Selected = never,
> = ConnectionCommands & {
  /**
   * The connection, to listen to it or to have it watched. It is the same until the hook makes another: for a URL of another
   * origin or path, or for other options. Null on a server, while the page hydrates, and where there is no URL. The
   * component opens and closes it: give commands with those of the hook.
   */
  readonly connection: Connection<Events> | null;
} & ([Selected] extends [never] ? ConnectionView<Events, State> : { readonly selected: Selected });

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
  // Fast Refresh keeps the state, and makes anew what is memoised: then all options count that are data.
  // biome-ignore lint/correctness/useExhaustiveDependencies: those of the code, and not of each render
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
  // Also when <Activity> hides it: shown again, the component resumes what was running.
  useEffect(() => (isWanted ? component.leave : undefined), [component, isWanted]);

  const commands = useMemo(() => component.commandsOf(store), [component, store]);
  const connection = useSyncExternalStore(
    subscribeToNothing,
    () => (isWanted ? store.connection : null),
    () => null, // a server keeps none for the page
  );
  return useMemo(() => ({ ...view, ...commands, connection }), [view, commands, connection]);
}

/** Shows a connection that was made elsewhere. It is neither opened nor closed by the component. */
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
    // By the time the page hydrates, the connection may be further than it was on the server.
    return [createView(connection, { history, settle, ...gathering }), beginWith(initial, unknownStore)];
  }, [connection, history, settle, gathers, latest]);
  const view = useView(store, options.select, early?.get);
  return useMemo(() => ({ ...view, ...store.commands, connection: store.connection }), [view, store]);
}

const subscribeToNothing = () => () => {};

/** Shows all of a store, or what is chosen of it. */
function useView(
  { subscribe, get }: AnyStore,
  select: ((view: AnyView) => unknown) | undefined,
  getOnServer = get,
): object {
  const rendered = useRef<Choice>(undefined);
  // Each render may bring another function that chooses, and the choice be the same.
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

import type {
  DataTag,
  DefaultError,
  OmitKeyof,
  Query,
  QueryClient,
  QueryFunction,
  QueryFunctionContext,
  QueryKey,
  QueryMeta,
  QueryObserverOptions,
} from '@tanstack/query-core';
import { isFunction } from '../machines/option-table.ts';
import type { AnyMessage, Connection } from './connection.ts';
import {
  defaultIntervalOf,
  followIn,
  isUnfollowed,
  type Link,
  type LookedAt,
  linkOf,
  links,
  noticeLook,
  showIn,
} from './followed-queries.ts';
import { createFeed, type FeedOptions } from './query-feed.ts';

export type { FeedOptions } from './query-feed.ts';

/** The messages of some of the events of a connection; of all with `'*'`. */
export type MessageOf<Events extends object, Name extends string> = AnyMessage<
  '*' extends Name ? Events : Pick<Events, Name & keyof Events>
>;

/** The name of an event of a connection, or `'*'` for all. */
export type EventName<Events extends object> = (keyof Events & string) | '*';

/** The data that a key stands for: if `queryOptions` made it, those of its query. */
export type DataOfKey<Key extends QueryKey> =
  Key extends DataTag<unknown, infer Data, unknown> ? Data : unknown;

/** The options of {@link streamInto}. */
export type StreamIntoOptions<
  Events extends object,
  Name extends EventName<Events>,
  Key extends QueryKey,
  Data,
> = FeedOptions<Data, MessageOf<Events, Name>> & {
  /** The events to hear: one, several, or all with `'*'`. */
  readonly event: Name | readonly Name[];
} & (
    | {
        /** The key of the query that the messages change. */
        readonly queryKey: Key;
        readonly within?: undefined;
      }
    | {
        /**
         * Returns the key of the query that a message changes, so that one stream feeds many queries; undefined for
         * none.
         */
        readonly queryKey: (message: MessageOf<Events, Name>) => Key | undefined;
        /** The prefix of all these keys. A gap invalidates every query that has it. */
        readonly within: QueryKey;
      }
  );

/**
 * Applies the messages of a connection to the query cache, until the returned function is called. It neither opens
 * nor closes the connection. Only a query that has data is changed; messages that come while it is fetched are
 * applied to the answer too. A gap, exhausted retries, and a stream that begins after the data were fetched
 * invalidate the query.
 *
 * @example
 * ```ts
 * const end = streamInto(queryClient, connection, {
 *   event: 'price',
 *   queryKey: ({ data }) => ['price', data.symbol],
 *   within: ['price'],
 *   update: (_, { data }) => data,
 * });
 * ```
 * @throws TypeError when `update` is not a function, or when the connection does not hear an event.
 */
export function streamInto<
  Events extends object,
  const Name extends EventName<Events>,
  const Key extends QueryKey,
  Data = DataOfKey<Key>,
>(
  queryClient: QueryClient,
  connection: Connection<Events>,
  options: StreamIntoOptions<Events, Name, Key, Data>,
): () => void {
  const { event, queryKey, within = [], ...feedOptions } = options;
  checkUpdate(feedOptions.update);
  const cache = queryClient.getQueryCache();
  const hashOf = (key: QueryKey) => queryClient.defaultQueryOptions({ queryKey: key }).queryHash;
  const hash = isFunction(queryKey) ? undefined : hashOf(queryKey);
  const feed = createFeed(
    queryClient,
    connection,
    {
      listen: (listener) => listenTo(connection, event, listener),
      queryOf(message) {
        if (!isFunction(queryKey)) return cache.get(hash ?? '');
        const key = queryKey(message);
        return key && cache.get(hashOf(key));
      },
      filters: isFunction(queryKey) ? { queryKey: within } : { queryKey, exact: true },
    },
    feedOptions,
  );
  const forget = cache.subscribe(feed.heed);
  return () => {
    forget();
    feed.end();
  };
}

/** The stream that changes the data of a query. */
export interface QueryStream<Events extends object, Name extends EventName<Events>, Data>
  extends FeedOptions<Data, MessageOf<Events, Name>> {
  /**
   * The connection, made with `immediate: false`. Or a function that makes one for each query, which is closed when
   * the query leaves the cache.
   */
  readonly connection: Connection<Events> | (() => Connection<Events>);
  /** The events to hear: one, several, or all with `'*'`. */
  readonly event: Name | readonly Name[];
}

/** The options of {@link sseQueryOptions}: the stream, and what `useQuery` takes. */
export type SseQueryOptions<
  Events extends object,
  Name extends EventName<Events>,
  Data,
  Key extends QueryKey,
  Fault = DefaultError,
  Selected = Data,
> = QueryStream<Events, Name, Data> &
  OmitKeyof<QueryObserverOptions<Data, Fault, Selected, Data, Key>, 'queryKey' | 'queryFn' | 'suspense'> & {
    readonly queryKey: Key;
    /** Returns the first data, and the present data at every refetch. */
    readonly queryFn: QueryFunction<Data, Key>;
  };

/** The options that {@link sseQueryOptions} makes or replaces. All others stay as they were given. */
export interface StreamedQuery<Data, Key extends QueryKey, Fault = DefaultError> {
  queryKey: DataTag<Key, Data, Fault>;
  queryFn(context: QueryFunctionContext): Data | Promise<Data>;
  refetchInterval(query: LookedAt): number | false | undefined;
  meta: QueryMeta;
}

/**
 * Makes the options of a query whose data a connection changes, as {@link streamInto} does, while the query is
 * observed. The first component opens the connection, and the last one that unmounts suspends it. A connection that
 * the app has opened is not suspended. Nothing is opened on a server.
 *
 * @example
 * ```ts
 * const notifications = sseQueryOptions({
 *   queryKey: ['notifications'],
 *   queryFn: fetchNotifications,
 *   connection,
 *   event: 'notification',
 *   update: (list, { data }) => [data, ...list.filter(({ id }) => id !== data.id)],
 * });
 * useQuery(notifications);
 * ```
 * @throws TypeError when `update` is not a function.
 */
export function sseQueryOptions<
  Events extends object,
  const Name extends EventName<Events>,
  Data,
  const Key extends QueryKey,
  Given extends object,
  Fault = DefaultError,
  Selected = Data,
>(
  options: Given & SseQueryOptions<Events, Name, Data, Key, Fault, Selected>,
): Omit<Given, keyof QueryStream<Events, Name, Data> | keyof StreamedQuery<Data, Key, Fault>> &
  StreamedQuery<Data, Key, Fault>;
export function sseQueryOptions<
  Events extends object,
  Name extends EventName<Events>,
  Data,
  Key extends QueryKey,
>(options: SseQueryOptions<Events, Name, Data, Key>): StreamedQuery<Data, Key> {
  const { connection, event, update, lastEventIdOf, reportError, queryFn, refetchInterval, ...rest } =
    options;
  checkUpdate(update);
  const own: FeedOptions<Data, MessageOf<Events, Name>> = { update, lastEventIdOf, reportError };
  const given = isFunction(connection) ? undefined : connection;
  const link: Link = {
    given,
    shown: given,
    feedOptions: own,
    follow(client, query) {
      const used = isFunction(connection) ? connection() : connection;
      // The options of the latest render; those of one query have one type.
      const latest = () => (linkOf(query)?.feedOptions ?? own) as typeof own;
      const feed = createFeed<Data, MessageOf<Events, Name>>(
        client,
        used,
        {
          listen: (listener) => listenTo(used, event, listener),
          queryOf: () => query,
          filters: { predicate: (one) => one === query },
        },
        {
          update: (data, message) => latest().update(data, message),
          lastEventIdOf: lastEventIdOf && ((data) => latest().lastEventIdOf?.(data)),
          reportError,
        },
      );
      let { status } = used.state;
      const leave = used.subscribe((state) => {
        if (state.status !== status) query.setState({}); // so that the developer tools update
        ({ status } = state);
      });
      return {
        client,
        query,
        connection: used,
        feed,
        end() {
          leave();
          feed.end();
          if (!given) used.close();
        },
      };
    },
  };

  const fetchAndFollow: QueryFunction<Data, Key> = (context) => {
    const { client, queryKey } = context;
    const query = client.getQueryCache().find({ queryKey, exact: true });
    if (query && isUnfollowed(query)) {
      followIn(client, query);
      // It was fetched only to be followed, and its data are fresh.
      if (query.state.data !== undefined && !query.isStale()) return query.state.data as Data;
    }
    return queryFn(context);
  };
  links.set(fetchAndFollow, link);
  return {
    ...rest,
    queryKey: rest.queryKey as DataTag<Key, Data, DefaultError>,
    queryFn: fetchAndFollow,
    refetchInterval(query: Query<Data, DefaultError, Data, Key>) {
      noticeLook(query);
      return isFunction(refetchInterval)
        ? refetchInterval(query)
        : (refetchInterval ?? defaultIntervalOf(query));
    },
    meta: showIn(rest.meta, link),
  };
}

function checkUpdate(update: unknown): void {
  if (!isFunction(update)) throw new TypeError('`update` has to be a function of the data and a message.');
}

/** Calls a listener with the messages of some events; its type says of which. */
function listenTo<Events extends object>(
  connection: Pick<Connection<Events>, 'on'>,
  event: string | readonly string[],
  listener: (message: never) => void,
): () => void {
  const on = connection.on as (name: string, listener: (message: never) => void) => () => void;
  const ends = [event].flat().map((name) => on(name, listener));
  return () => {
    for (const end of ends) end();
  };
}

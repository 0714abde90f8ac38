import {
  isServer,
  type Query,
  type QueryCacheNotifyEvent,
  type QueryClient,
  type QueryMeta,
} from '@tanstack/query-core';
import { isFunction } from '../machines/option-table.ts';
import { defaultReporter, report } from '../transports/report.ts';
import type { Connection } from './connection.ts';
import { isUnopened, need, type Openable, release } from './observed-connections.ts';
import type { Feed } from './query-feed.ts';

/** A query and the stream that changes it: from its first observer until it leaves the cache. */
export interface Following {
  readonly client: QueryClient;
  readonly query: Query;
  readonly connection: Shown;
  readonly feed: Feed;
  end(): void;
}

/** The stream that is named in the options of a query. */
export interface Link {
  /** The connection in the options; undefined when each query gets one of its own. */
  readonly given: Shown | undefined;
  /** The connection that the developer tools show. */
  shown: Shown | undefined;
  readonly feedOptions: object;
  follow(client: QueryClient, query: Query): Following;
}

type Shown = Openable & Pick<Connection, 'subscribe'>;

/** The part of a query that tells whether it is observed. Every query has it, whatever its types. */
export interface LookedAt {
  isActive(): boolean;
  fetch(): Promise<unknown>;
}

/** Keyed by the query function, because a query knows that of its latest options. */
export const links = new WeakMap<object, Link>();

const followings = new WeakMap<object, Following>();
const watched = new WeakSet<QueryClient>();

/**
 * The queries that were fetched only to be followed, or were followed. One that has left the cache is not fetched
 * again.
 */
const noticed = new WeakSet<object>();

/** The link in the latest options of a query. */
export function linkOf({ options: { queryFn } }: Query): Link | undefined {
  return isFunction(queryFn) ? links.get(queryFn) : undefined;
}

/** Whether a query is observed but not followed yet, because its client is not known. */
export function isUnfollowed(query: Pick<LookedAt, 'isActive'>): boolean {
  return !isServer && !followings.has(query) && query.isActive();
}

/**
 * Called when a query is observed. Only a query function is told the client of its query, so a query with fresh data
 * has to be fetched as well.
 */
export function noticeLook(query: LookedAt): void {
  if (!isUnfollowed(query)) return;
  queueMicrotask(() => {
    if (!isUnfollowed(query) || noticed.has(query)) return;
    noticed.add(query);
    query.fetch().catch(() => {}); // the query has the error
  });
}

/** Follows a query, and from now on every query of its client that has a link. */
export function followIn(client: QueryClient, query: Query): void {
  if (!watched.has(client)) client.getQueryCache().subscribe((event) => heed(client, event));
  watched.add(client);
  follow(client, query);
}

function heed(client: QueryClient, event: QueryCacheNotifyEvent): void {
  const { query } = event;
  try {
    if (event.type === 'removed') stop(query);
    else {
      follow(client, query);
      followings.get(query)?.feed.heed(event);
    }
  } catch (error) {
    report(defaultReporter, error); // a listener of the cache that throws would stop the others
  }
}

function follow(client: QueryClient, query: Query): void {
  const link = linkOf(query);
  const isActive = query.isActive();
  if (link) {
    const { given } = link;
    if (given && given !== followings.get(query)?.connection) stop(query);
    const isCached = client.getQueryCache().get(query.queryHash) === query;
    if (isActive && isCached && !followings.has(query)) {
      followings.set(query, link.follow(client, query));
      noticed.add(query);
    }
    link.shown = followings.get(query)?.connection ?? given;
  }
  const following = followings.get(query);
  if (!following) return;
  const { connection, feed } = following;
  if (!isActive) release(connection, query);
  else {
    const id = isUnopened(connection) ? feed.lastEventId(query) : undefined;
    if (id !== null) need(connection, query, id);
  }
}

function stop(query: Query): void {
  const following = followings.get(query);
  if (!following) return;
  followings.delete(query);
  release(following.connection, query);
  following.end();
}

/** The `refetchInterval` of the client's defaults, which that of the query's options hides. */
export function defaultIntervalOf(followed: object): number | false | undefined {
  const following = followings.get(followed);
  if (!following) return undefined;
  const { client, query } = following;
  const { refetchInterval } = client.defaultQueryOptions({ queryKey: query.queryKey });
  return isFunction(refetchInterval) ? refetchInterval(query) : refetchInterval;
}

/**
 * Adds the state of a connection to the `meta` of a query, which the developer tools show. Not on a server, which
 * sends `meta` to the page as plain data.
 */
export function showIn(meta: QueryMeta = {}, link: Link): QueryMeta {
  if (isServer) return meta;
  const stream: unknown = Object.create({}); // Vue Query copies plain objects, which would freeze the values
  for (const name of ['status', 'retries', 'lastEventId'] as const) {
    Object.defineProperty(stream, name, { enumerable: true, get: () => link.shown?.state[name] });
  }
  return { ...meta, stream };
}

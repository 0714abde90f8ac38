import type { Query, QueryCacheNotifyEvent, QueryClient, QueryFilters } from '@tanstack/query-core';
import type { Message } from '../machines/message.ts';
import { defaultReporter, type ErrorReporter, report } from '../transports/report.ts';
import type { Connection, ConnectionState } from './connection.ts';

/** How the messages of a stream change the data of a query. */
export interface FeedOptions<Data, Heard> {
  /**
   * Returns the next data for the present data and a message, as a reducer does; the same object for no change. Apply
   * a message by its ID, because an answer that was under way when the message came may hold it already. If this
   * throws, that is reported, and the message is left out.
   */
  readonly update: (data: Data, message: Heard) => Data;
  /**
   * The ID of the last event that an answer holds. Messages up to it are not applied to that answer, and
   * `sseQueryOptions` opens the stream after it. Every event needs an ID of its own.
   *
   * @default unknown: every message that came while an answer was under way is applied to it
   */
  readonly lastEventIdOf?: ((data: Data) => string | undefined) | undefined;
  /** Called with the errors that these functions throw. @default globalThis.reportError, or console.error */
  readonly reportError?: ErrorReporter | undefined;
}

/** Which messages change which queries. */
export interface FeedSource<Heard> {
  /** Calls a listener with every message. */
  listen(listener: (message: Heard) => void): () => void;
  queryOf(message: Heard): Query | undefined;
  /** The queries that may lack something after a gap. */
  readonly filters: QueryFilters;
}

/** A stream that changes queries. */
export interface Feed {
  /** To be called with every event of the query cache. */
  heed(event: QueryCacheNotifyEvent): void;
  /**
   * The ID of the last event that the data of a query hold; null while there are no data, undefined if nothing tells
   * it.
   */
  lastEventId(query: Query): string | undefined | null;
  end(): void;
}

/** The messages that the next answer for a query may lack. */
interface Track<Data, Heard> {
  log: Heard[];
  /** The place in the log at which the present fetch began. */
  start: number;
  /** The state of the query before the cache event that is being handled. */
  before: Query['state'];
  /** An answer that holds more than the stream has delivered, and the ID up to which. */
  ahead?: { readonly id: string; readonly data: Data } | undefined;
  /** Events may have been lost since the present fetch began. */
  isLate: boolean;
}

/** How many messages are kept to find the place of an answer, with `lastEventIdOf`. */
const mostKept = 256;

/** Applies messages to queries, also to answers that were under way when the messages came. */
export function createFeed<Data, Heard extends Message>(
  client: QueryClient,
  connection: Pick<Connection, 'state' | 'subscribe' | 'actor'>,
  { listen, queryOf, filters }: FeedSource<Heard>,
  { update, lastEventIdOf, reportError = defaultReporter }: FeedOptions<Data, Heard>,
): Feed {
  const cache = client.getQueryCache();
  const tracks = new WeakMap<Query, Track<Data, Heard>>();
  let arrived: Heard[] = [];
  let isWriting = false;
  let isRenewing = false;
  let isOver = false;
  let before: ConnectionState = connection.state;
  let watched: object | undefined;
  let stopWatching = () => {};

  function trackOf(query: Query): Track<Data, Heard> {
    const track = tracks.get(query) ?? { log: [], start: 0, before: query.state, isLate: false };
    tracks.set(query, track);
    return track;
  }

  function guarded<Result>(run: () => Result): Result | undefined {
    try {
      return run();
    } catch (error) {
      report(reportError, error);
      return undefined;
    }
  }

  function idIn(data: unknown): string | undefined {
    return guarded(() => lastEventIdOf?.(data as Data));
  }

  /** Applies all messages of a batch as one change of a query, so that it is compared and announced once. */
  function flush(): void {
    const byQuery = new Map<Query, Heard[]>();
    for (const message of arrived) {
      const query = guarded(() => queryOf(message));
      if (!query) continue;
      const news = byQuery.get(query);
      if (news) news.push(message);
      else byQuery.set(query, [message]);
    }
    arrived = [];
    for (const [query, news] of byQuery) {
      const track = trackOf(query);
      const isFetching = query.state.fetchStatus !== 'idle';
      if (isFetching || lastEventIdOf) for (const message of news) track.log.push(message);
      if (!isFetching) track.log = track.log.slice(-mostKept);
      apply(query, news);
    }
  }

  function apply(query: Query, messages: readonly Heard[], updatedAt = Date.now()): void {
    const track = trackOf(query);
    const { data, isInvalidated } = query.state;
    if (data === undefined) return; // the answer will hold the messages
    let next = data as Data;
    for (const message of messages) {
      if (message.id && message.id === track.ahead?.id) {
        next = track.ahead.data;
        track.ahead = undefined;
        continue;
      }
      const changed = guarded(() => update(next, message));
      if (changed !== undefined) next = changed;
    }
    if (next === data) return;
    isWriting = true;
    guarded(() => query.setData(next, { manual: true, updatedAt }));
    if (isInvalidated) query.invalidate(); // still
    isWriting = false;
    track.before = query.state;
  }

  /** The data are a new answer, or those from before a cancelled fetch: applies the messages that came meanwhile. */
  function rebase(query: Query, isAnswer: boolean): void {
    const track = trackOf(query);
    const { data, dataUpdatedAt } = query.state;
    const id = isAnswer ? idIn(data) : undefined;
    const place = id ? track.log.findLastIndex((message) => message.id === id) : -1;
    const isAhead = id && place < 0 && id !== connection.state.lastEventId;
    track.ahead = isAhead ? { id, data: data as Data } : undefined;
    apply(query, track.log.slice(place < 0 ? track.start : place + 1), dataUpdatedAt);
  }

  /** No answer is under way any more. */
  function settle(track: Track<Data, Heard>, isAnswered: boolean): void {
    if (!lastEventIdOf) track.log = [];
    if (isAnswered && track.isLate) renew();
    track.isLate = false;
  }

  /** Events may have been lost. */
  function renew(): void {
    if (isRenewing) return;
    isRenewing = true;
    queueMicrotask(() => {
      isRenewing = false;
      if (isOver) return;
      for (const query of cache.findAll(filters)) {
        const { data, fetchStatus } = query.state;
        const isBegunAnew = data !== undefined && query.isActive();
        if (fetchStatus !== 'idle' && !isBegunAnew) trackOf(query).isLate = true;
      }
      void client.invalidateQueries(filters);
    });
  }

  /** The actor of a shared connection may be replaced by another. */
  function watchActor(): void {
    const { actor } = connection;
    if (actor === watched) return;
    stopWatching();
    watched = actor;
    const subscriptions = [actor.on('gap', renew), actor.on('gaveUp', renew)];
    stopWatching = () => {
      for (const { unsubscribe } of subscriptions) unsubscribe();
    };
  }

  const forget = listen((message) => {
    if (arrived.push(message) === 1) queueMicrotask(flush);
  });
  const leave = connection.subscribe((state) => {
    watchActor();
    const { status, lastEventId } = before;
    const opensAnywhere = state.status === 'open' && status !== 'open' && !lastEventId;
    const wasAway = status === 'closed' && lastEventId && state.lastEventId !== lastEventId;
    if (opensAnywhere || wasAway) renew();
    before = state;
  });

  return {
    heed(event) {
      if (event.type !== 'updated' || isWriting) return;
      const { query, action } = event;
      const track = trackOf(query);
      switch (action.type) {
        case 'fetch':
        case 'failed':
        case 'continue':
          flush();
          if (!lastEventIdOf) track.log = [];
          track.start = track.log.length;
          break;
        case 'success':
          if (action.manual) track.ahead = undefined;
          else {
            rebase(query, true);
            settle(track, true);
          }
          break;
        case 'setState': // hydration, or a cancelled fetch
        case 'error': // in older versions also a cancelled fetch
          if (query.state.data !== track.before.data) rebase(query, track.before.fetchStatus === 'idle');
          if (query.state.fetchStatus === 'idle') settle(track, false);
      }
      track.before = query.state;
    },
    lastEventId: ({ state: { data } }) => (lastEventIdOf && data === undefined ? null : idIn(data)),
    end() {
      flush();
      isOver = true;
      forget();
      leave();
      stopWatching();
    },
  };
}

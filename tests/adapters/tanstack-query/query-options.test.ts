import '../../support/as-in-a-page.ts';
import { dehydrate, hydrate, onlineManager, QueryClient, QueryObserver } from '@tanstack/query-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sseQueryOptions } from '../../../adapters/tanstack-query.ts';
import { type Connection, type ConnectionOptions, createConnection } from '../../../index.ts';
import { createAnswers } from '../../support/answers.ts';
import { status, stream } from '../../support/sse-server.ts';
import { clock, server } from '../../support/stepped-connection.ts';
import { quiet, until } from '../../support/until.ts';

type Item = { id: number; text: string };
type Items = Connection<{ item: Item }>;

let client: QueryClient;
let answers: ReturnType<typeof createAnswers<Item[]>>;
let connection: Items;
let connections: Items[];

beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  answers = createAnswers();
  connections = [];
  connection = connect();
});

afterEach(async () => {
  client.clear();
  for (const one of connections) await one[Symbol.asyncDispose]();
  client.unmount();
  onlineManager.setOnline(true);
});

function connect(more: ConnectionOptions<{ item: Item }> = {}): Items {
  const made = createConnection<{ item: Item }>(server.url, {
    clock,
    immediate: false,
    jitter: 'none',
    ...more,
  });
  connections.push(made);
  return made;
}

const reached = (one: Items, wanted: Items['state']['status']) =>
  until(() => one.state.status === wanted, `the status ${wanted}`);

const byId = (items: Item[], { data }: { data: Item }) => [...items.filter(({ id }) => id !== data.id), data];

function options(more = {}) {
  return sseQueryOptions({
    queryKey: ['items'],
    queryFn: answers.queryFn,
    connection,
    event: 'item',
    update: byId,
    ...more,
  });
}

const item = (id: number, text = `item ${id}`): Item => ({ id, text });
const publish = (...items: Item[]) => {
  for (const one of items) server.publish(JSON.stringify(one), 'item');
};
const ids = () => client.getQueryData<Item[]>(['items'])?.map(({ id }) => id);
const look = (more = {}) => new QueryObserver(client, options(more)).subscribe(() => {});

/** Looks at the query, and gives it its first data from after the stream was opened. */
async function lookAndOpen(data: Item[], more = {}) {
  const leave = look(more);
  answers.answer([]);
  await reached(connection, 'open');
  await until(() => answers.waiting === 1);
  answers.answer(data);
  await until(() => !client.isFetching());
  return leave;
}

describe('a query with a stream', () => {
  test('is opened for the first that looks, suspended after the last, and resumed', async () => {
    await client.prefetchQuery({ ...options(), queryFn: async () => [] });
    await quiet();
    expect(server.requests).toHaveLength(0);

    const leave = await lookAndOpen([item(1)]);
    const leaveToo = look();
    publish(item(2));
    await until(() => ids()?.length === 2);
    leave();
    await quiet();
    expect(server.streams.size).toBe(1);

    leaveToo();
    await until(() => server.streams.size === 0);
    expect(connection.state).toMatchObject({ status: 'closed', lastEventId: '1' });
    publish(item(3));
    look();
    await until(() => ids()?.length === 3);
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
  });

  test('is opened once by an observer that comes and goes twice in the same moment', async () => {
    look()();
    look();
    await reached(connection, 'open');
    await quiet();
    expect(server.requests).toHaveLength(1);
  });

  test('opens nothing while it is disabled', async () => {
    const observer = new QueryObserver(client, options({ enabled: false }));
    observer.subscribe(() => {});
    await quiet();
    expect(server.requests).toHaveLength(0);
    observer.setOptions(options({ enabled: true }));
    await reached(connection, 'open');
  });

  test('leaves a connection open that the app has opened', async () => {
    connection.open();
    await reached(connection, 'open');
    look()();
    await quiet();
    expect(connection.state.status).toBe('open');
  });

  test('neither opens nor resumes what the app has closed', async () => {
    const leave = await lookAndOpen([]);
    connection.close();
    leave();
    await quiet();
    look();
    await quiet();
    expect(connection.state).toMatchObject({ status: 'closed', closeReason: 'app' });
  });

  test('is given up when it leaves the cache', async () => {
    await lookAndOpen([]);
    const [gone] = client.getQueryCache().getAll();
    client.clear();
    await until(() => server.streams.size === 0);
    gone?.setState({});
    await quiet(50);
    expect([answers.waiting, server.streams.size]).toEqual([0, 0]); // although somebody still looks at what is gone
    publish(item(1));
    look();
    await until(() => answers.waiting === 1);
    answers.answer([]);
    await until(() => ids()?.length === 1);
  });

  test('has a connection of its own where a function makes it, which is closed with it', async () => {
    const made: Items[] = [];
    const connection = () => {
      const one = connect();
      made.push(one);
      return one;
    };
    await client.prefetchQuery({ ...options({ connection }), queryFn: async () => [] });
    expect(made).toHaveLength(0);
    const leave = look({ connection, gcTime: 0 });
    look({ connection, gcTime: 0 })();
    await until(() => made[0]?.state.status === 'open');
    leave();
    client.removeQueries();
    expect(made.map(({ state }) => state.status)).toEqual(['closed']);
  });

  test('goes over to another connection that its options name', async () => {
    await lookAndOpen([]);
    const other = connect();
    look({ connection: other });
    await reached(other, 'open');
    await until(() => server.streams.size === 1);
    expect(connection.state.status).toBe('closed');
  });

  test('says in its meta how the connection is, in words that can be stored', async () => {
    server.answer(status(503), stream);
    look();
    const query = client.getQueryCache().getAll()[0];
    const heard = vi.fn();
    client.getQueryCache().subscribe(heard);
    await reached(connection, 'backoff');
    expect(query?.meta?.['stream']).toMatchObject({ status: 'backoff', retries: 1 });
    expect(heard).toHaveBeenCalledWith(expect.objectContaining({ type: 'updated', query }));
    expect(JSON.parse(JSON.stringify(query?.meta))).toEqual({
      stream: { status: 'backoff', retries: 1, lastEventId: '' },
    });
    expect(structuredClone(query?.meta)).toHaveProperty('stream.status', 'backoff');
  });

  test('keeps the intervals of the app, its own and those of the client', async () => {
    client.setDefaultOptions({ queries: { refetchInterval: 5_000 } });
    await lookAndOpen([]);
    const intervalOf = (more = {}) => {
      const { refetchInterval } = new QueryObserver(client, options(more)).options;
      const [query] = client.getQueryCache().getAll();
      return typeof refetchInterval === 'function' && query && refetchInterval(query as never);
    };
    expect(intervalOf()).toBe(5_000);
    expect(intervalOf({ refetchInterval: 100 })).toBe(100);
    expect(intervalOf({ refetchInterval: () => 200 })).toBe(200);
  });
});

describe('a fetch', () => {
  test('that began before the stream was open is made again: nobody knows what it has missed', async () => {
    look();
    await until(() => answers.waiting === 1);
    await reached(connection, 'open');
    answers.answer([]); // of before the stream was open
    await until(() => answers.waiting === 1);
    answers.answer([item(1)]);
    await until(() => ids()?.length === 1);
    await quiet();
    expect(answers.calls).toBe(2);
  });

  test('that began after the stream was open is made once', async () => {
    connection.open();
    await reached(connection, 'open');
    look();
    await until(() => answers.waiting === 1);
    answers.answer([]);
    await quiet();
    expect(answers.calls).toBe(1);
  });

  test('does not reset what came while it was under way', async () => {
    await lookAndOpen([item(1)]);
    void client.refetchQueries();
    await until(() => answers.waiting === 1);
    publish(item(2), item(3));
    await until(() => ids()?.length === 3);
    answers.answer([item(1), item(2)]);
    await until(() => !client.isFetching());
    expect(ids()).toEqual([1, 2, 3]);
  });

  test('that a message starts does not get that message again', async () => {
    const refetch = () => void client.refetchQueries();
    await lookAndOpen([], { update: (items: Item[], { data }: { data: Item }) => [...items, data] });
    connection.on('item', refetch);
    publish(item(1));
    await until(() => answers.waiting === 1);
    expect(ids()).toEqual([1]);
    answers.answer([item(1)]);
    await until(() => !client.isFetching());
    expect(ids()).toEqual([1]);
  });

  test('that is the first gets what came while it was under way', async () => {
    connection.open();
    await reached(connection, 'open');
    look();
    publish(item(2));
    await until(() => connection.state.lastEventId === '1');
    expect(ids()).toBeUndefined();
    answers.answer([item(1)]);
    await until(() => ids()?.length === 2);
    expect(client.getQueryCache().getAll()[0]?.state.dataUpdateCount).toBe(2);
  });

  test('that fails and is made again gets what came meanwhile', async () => {
    await lookAndOpen([]);
    look({ retry: 1, retryDelay: 1, staleTime: Infinity });
    void client.refetchQueries();
    await until(() => answers.waiting === 1);
    publish(item(1));
    await until(() => ids()?.length === 1);
    answers.fail(new Error('no'));
    await until(() => answers.waiting === 1);
    publish(item(2));
    await until(() => ids()?.length === 2);
    answers.answer([item(1)]);
    await until(() => !client.isFetching());
    expect(ids()).toEqual([1, 2]);
  });

  test('that is cancelled takes nothing back', async () => {
    await lookAndOpen([item(1)]);
    void client.refetchQueries();
    await until(() => answers.waiting === 1);
    publish(item(2));
    await until(() => ids()?.length === 2);
    await client.cancelQueries();
    expect(ids()).toEqual([1, 2]);
  });

  test('that waits for the network loses nothing that comes meanwhile', async () => {
    await lookAndOpen([item(1)]);
    client.mount();
    onlineManager.setOnline(false);
    void client.refetchQueries();
    publish(item(2));
    await until(() => ids()?.length === 2);
    onlineManager.setOnline(true);
    await until(() => answers.waiting === 1);
    publish(item(3));
    await until(() => ids()?.length === 3);
    answers.answer([item(1), item(2)]);
    await until(() => !client.isFetching());
    expect(ids()).toEqual([1, 2, 3]);
  });

  test('of the app that sets data keeps it, and what comes goes on from there', async () => {
    await lookAndOpen([item(1)]);
    client.setQueryData<Item[]>(['items'], [item(9)]);
    publish(item(2));
    await until(() => ids()?.length === 2);
    expect(ids()).toEqual([9, 2]);
  });
});

describe('an answer that says up to which event it goes', () => {
  type Counted = { count: number; lastEventId: string };
  const counted = (count: number, lastEventId: string): Counted => ({ count, lastEventId });
  let counts: ReturnType<typeof createAnswers<Counted>>;
  const count = () => client.getQueryData<Counted>(['count'])?.count;
  const counting = () =>
    sseQueryOptions({
      queryKey: ['count'],
      queryFn: counts.queryFn,
      connection,
      event: 'item',
      // To apply an event twice would show.
      update: (data, { id }) => counted(data.count + 1, id),
      lastEventIdOf: ({ lastEventId }) => lastEventId,
      staleTime: Infinity,
    });
  const watch = () => new QueryObserver(client, counting()).subscribe(() => {});

  beforeEach(() => {
    counts = createAnswers();
  });

  async function watchFromOne() {
    publish(item(1));
    const leave = watch();
    await quiet();
    expect(server.requests).toHaveLength(0);
    counts.answer(counted(1, '1'));
    await reached(connection, 'open');
    return leave;
  }

  test('is followed from there, by one fetch', async () => {
    await watchFromOne();
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['1']);
    publish(item(2));
    await until(() => count() === 2);
    await quiet();
    expect([count(), counts.calls]).toEqual([2, 1]);
  });

  test('gets what came after that event, and nothing twice', async () => {
    await watchFromOne();
    void client.refetchQueries();
    publish(item(2), item(3));
    await until(() => count() === 3);
    counts.answer(counted(2, '2'));
    await until(() => !client.isFetching());
    expect(count()).toBe(3);
  });

  test('gets again what came before it was asked for, where it is older', async () => {
    await watchFromOne();
    publish(item(2), item(3));
    await until(() => count() === 3);
    void client.refetchQueries();
    await until(() => counts.waiting === 1);
    counts.answer(counted(2, '2')); // of a replica that lags
    await until(() => !client.isFetching());
    expect(count()).toBe(3);
  });

  test('is ahead of the stream, and gets only what comes after it', async () => {
    await watchFromOne();
    void client.refetchQueries();
    await until(() => counts.waiting === 1);
    counts.answer(counted(3, '3'));
    await until(() => count() === 3);
    publish(item(2), item(3), item(4));
    await until(() => connection.state.lastEventId === '4');
    await quiet();
    expect(count()).toBe(4);
  });

  test('is ahead of the stream, and is not put back in place of what the app has set', async () => {
    await watchFromOne();
    void client.refetchQueries();
    await until(() => counts.waiting === 1);
    counts.answer(counted(2, '2'));
    await until(() => count() === 2);
    client.setQueryData(['count'], counted(50, '2'));
    publish(item(2));
    await until(() => connection.state.lastEventId === '2');
    await quiet();
    expect(count()).toBeGreaterThanOrEqual(50);
  });

  test('is followed without a fetch where it comes from storage or from a server, and is fresh', async () => {
    const stored = new QueryClient();
    stored.setQueryData(['count'], counted(1, '1'));
    hydrate(client, JSON.parse(JSON.stringify(dehydrate(stored))));
    publish(item(1), item(2));
    watch();
    await until(() => count() === 2);
    await quiet();
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['1']);
    expect(counts.calls).toBe(0);
  });
});

describe('data from storage or from a server', () => {
  test('that leaves the cache before anybody knows its client is fetched no more than once', async () => {
    client.setQueryData(['items'], [item(1)]);
    look({ staleTime: Infinity });
    client.clear();
    await until(() => answers.waiting === 1);
    answers.answer([item(2)]);
    await quiet(50);
    expect([answers.calls, server.requests.length]).toEqual([1, 0]);
  });

  test('that is fresh is fetched once, when the stream is open', async () => {
    client.setQueryData(['items'], [item(1)]);
    look({ staleTime: Infinity });
    await until(() => connection.state.status === 'open');
    await until(() => answers.waiting === 1);
    expect(ids()).toEqual([1]);
    answers.answer([item(1), item(2)]);
    await until(() => ids()?.length === 2);
    await quiet();
    expect(answers.calls).toBe(1);
  });
});

describe('what may have been lost', () => {
  test('is fetched after a gap', async () => {
    await lookAndOpen([item(1)]);
    publish(item(2));
    await until(() => ids()?.length === 2);
    server.answer((response) => {
      response.setHeader('last-event-id', 'elsewhere');
      return stream;
    });
    server.drop();
    await reached(connection, 'backoff');
    clock.advanceToNext();
    await until(() => answers.waiting === 1);
    answers.answer([item(3)]);
    await until(() => ids()?.[0] === 3);
  });

  test('is not fetched after a drop that the server makes good', async () => {
    await lookAndOpen([item(1)]);
    publish(item(2));
    await until(() => ids()?.length === 2);
    server.answer(status(503), stream);
    server.drop();
    await reached(connection, 'backoff');
    publish(item(3));
    clock.advanceToNext();
    await until(() => connection.state.retries === 2);
    clock.advanceToNext();
    await until(() => ids()?.length === 3);
    await quiet();
    expect(answers.calls).toBe(2);
  });

  test('is fetched once after each break where events have no IDs', async () => {
    await lookAndOpen([item(1)]);
    server.drop();
    await reached(connection, 'backoff');
    clock.advanceToNext();
    await until(() => answers.waiting === 1);
    answers.answer([item(2)]);
    await until(() => ids()?.[0] === 2);
    await quiet();
    expect(answers.calls).toBe(3);
  });

  test('is fetched anew by the next that looks, where the gap came while nobody did and a fetch was under way', async () => {
    connection.open();
    const leave = await lookAndOpen([item(1)], { staleTime: Infinity });
    void client.refetchQueries();
    await until(() => answers.waiting === 1);
    leave();
    connection.actor.send({ type: 'stream.gap', lastEventId: '1', resumedAfter: 'elsewhere' });
    await quiet();
    answers.answer([item(2)]);
    await until(() => ids()?.[0] === 2);
    await quiet();
    expect(client.getQueryState(['items'])?.isInvalidated).toBe(true);
  });

  test('is fetched when the connection has given up', async () => {
    await lookAndOpen([item(1)]);
    server.answer(status(401));
    server.drop();
    await reached(connection, 'backoff');
    clock.advanceToNext();
    await reached(connection, 'failed');
    await until(() => answers.waiting === 1);
    expect(answers.calls).toBe(3);
  });

  test('is fetched when a query is looked at again, also if messages have come since the gap', async () => {
    connection.open();
    const leave = await lookAndOpen([item(1)], { staleTime: Infinity });
    leave();
    connection.actor.send({ type: 'stream.gap', lastEventId: '1', resumedAfter: 'elsewhere' });
    await quiet();
    publish(item(2));
    await until(() => ids()?.length === 2);
    look({ staleTime: Infinity });
    await until(() => answers.waiting === 1);
  });

  test('of a shared connection is fetched by the one that was away', async () => {
    const shared = { share: 'items', linger: 0 };
    connection = connect(shared);
    const other = connect(shared);
    other.open();
    await reached(other, 'open');
    const leave = look({ staleTime: Infinity });
    answers.answer([]);
    await until(() => answers.waiting === 1); // what others have heard before
    answers.answer([item(1)]);
    publish(item(2));
    await until(() => ids()?.length === 2);
    leave();
    await quiet();
    publish(item(3));
    await until(() => other.state.lastEventId === '2');
    expect(ids()).toHaveLength(2);
    look({ staleTime: Infinity });
    await until(() => answers.waiting === 1);
  });
});

describe('update', () => {
  test('is required', () => {
    expect(() => options({ update: undefined })).toThrow('`update` has to be a function');
  });

  test('that throws is reported, and costs one message', async () => {
    const reportError = vi.fn();
    const update = (items: Item[], { data }: { data: Item }) => {
      if (data.id === 2) throw new Error('no twos');
      return [...items, data];
    };
    await lookAndOpen([], { update, reportError });
    publish(item(1), item(2), item(3));
    await until(() => ids()?.length === 2);
    expect(ids()).toEqual([1, 3]);
    expect(reportError.mock.calls).toEqual([[new Error('no twos')]]);
    expect(connection.state.status).toBe('open');
  });

  test('that changes nothing notifies nobody, and unchanged parts stay the same objects', async () => {
    await lookAndOpen([item(1), item(2)]);
    const before = client.getQueryData<Item[]>(['items']);
    const [query] = client.getQueryCache().getAll();
    const updates = query?.state.dataUpdateCount;
    look({
      update: (items: Item[], { data }: { data: Item }) => (data.id === 0 ? items : byId(items, { data })),
    });
    publish(item(0));
    await until(() => connection.state.lastEventId === '1');
    await quiet();
    expect(query?.state.dataUpdateCount).toBe(updates);
    publish(item(2, 'changed'));
    await until(() => client.getQueryData<Item[]>(['items']) !== before);
    expect(client.getQueryData<Item[]>(['items'])?.[0]).toBe(before?.[0]);
  });

  test('is the one of the latest render', async () => {
    await lookAndOpen([item(1)]);
    look({ update: () => [item(7)] });
    publish(item(2));
    await until(() => ids()?.[0] === 7);
  });

  test('is told of a batch as one change', async () => {
    await lookAndOpen([]);
    const [query] = client.getQueryCache().getAll();
    const updates = query?.state.dataUpdateCount ?? 0;
    server.write(Array.from({ length: 100 }, (_, id) => `event: item\ndata: {"id":${id}}\n\n`).join(''));
    await until(() => ids()?.length === 100);
    expect(query?.state.dataUpdateCount).toBeLessThan(updates + 5);
  });
});

import '../../support/as-in-a-page.ts';
import { type InfiniteData, InfiniteQueryObserver, QueryClient, QueryObserver } from '@tanstack/query-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { streamInto } from '../../../adapters/tanstack-query.ts';
import { type Connection, createConnection, eventSourceTransport } from '../../../index.ts';
import { createAnswers } from '../../support/answers.ts';
import { stream } from '../../support/sse-server.ts';
import { clock, server } from '../../support/stepped-connection.ts';
import { quiet, until } from '../../support/until.ts';

type Price = { symbol: string; price: number };
type Events = { price: Price; closed: { symbol: string } };

let client: QueryClient;
let connection: Connection<Events>;

beforeEach(async () => {
  client = new QueryClient();
  connection = createConnection<Events>(server.url, { clock, jitter: 'none' });
  await until(() => connection.state.status === 'open');
});

afterEach(async () => {
  client.clear();
  await connection[Symbol.asyncDispose]();
});

const publish = (symbol: string, price: number) => server.publish(JSON.stringify({ symbol, price }), 'price');

function streamPrices() {
  return streamInto(client, connection, {
    event: 'price',
    queryKey: ({ data }) => ['price', data.symbol],
    within: ['price'],
    update: (_, { data }) => data.price,
  });
}

test('one stream feeds many queries, by what its messages say', async () => {
  const end = streamPrices();
  client.setQueryData(['price', 'A'], 1);
  client.setQueryData(['price', 'B'], 1);
  publish('A', 2);
  publish('B', 3);
  publish('C', 4); // nobody has asked for it
  await until(() => client.getQueryData(['price', 'B']) === 3);
  expect(client.getQueryData(['price', 'A'])).toBe(2);
  expect(client.getQueryCache().getAll()).toHaveLength(2);

  end();
  publish('A', 5);
  await until(() => connection.state.lastEventId === '4');
  await quiet();
  expect(client.getQueryData(['price', 'A'])).toBe(2);
});

test('a gap invalidates all queries within, and no other', async () => {
  streamPrices();
  const price = createAnswers<number>();
  client.setQueryData(['price', 'A'], 1);
  client.setQueryData(['price', 'B'], 1);
  client.setQueryData(['name', 'A'], 'Aa');
  new QueryObserver(client, {
    queryKey: ['price', 'A'],
    queryFn: price.queryFn,
    staleTime: Infinity,
  }).subscribe(() => {});
  publish('B', 2);
  await until(() => client.getQueryData(['price', 'B']) === 2);
  server.answer((response) => {
    response.setHeader('last-event-id', 'elsewhere');
    return stream;
  });
  server.drop();
  await until(() => connection.state.status === 'backoff');
  clock.advanceToNext();
  await until(() => price.waiting === 1);
  const isInvalidated = (...key: string[]) => client.getQueryState(key)?.isInvalidated;
  expect([isInvalidated('price', 'B'), isInvalidated('name', 'A')]).toEqual([true, false]);
  publish('B', 3);
  await until(() => client.getQueryData(['price', 'B']) === 3);
  expect(isInvalidated('price', 'B')).toBe(true);
});

test('what comes during a fetch is applied to its answer, query by query', async () => {
  streamPrices();
  const price = createAnswers<number>();
  new QueryObserver(client, { queryKey: ['price', 'A'], queryFn: price.queryFn }).subscribe(() => {});
  client.setQueryData(['price', 'B'], 1);
  publish('A', 2);
  publish('B', 3);
  await until(() => client.getQueryData(['price', 'B']) === 3);
  price.answer(1);
  await until(() => client.getQueryData(['price', 'A']) === 2);
});

test('several events, or all, change one query', async () => {
  client.setQueryData(['log'], []);
  client.setQueryData(['all'], 0);
  streamInto(client, connection, {
    event: ['price', 'closed'],
    queryKey: ['log'],
    update: (log: string[], { event, data }) => [...log, `${event} ${data.symbol}`],
  });
  streamInto(client, connection, { event: '*', queryKey: ['all'], update: (count: number) => count + 1 });
  publish('A', 1);
  server.publish('{"symbol":"A"}', 'closed');
  await until(() => client.getQueryData(['all']) === 2);
  expect(client.getQueryData(['log'])).toEqual(['price A', 'closed A']);
});

test('two streams into one query both keep what comes during a fetch', async () => {
  const log = createAnswers<string[]>();
  new QueryObserver(client, { queryKey: ['log'], queryFn: log.queryFn }).subscribe(() => {});
  for (const event of ['price', 'closed'] as const) {
    streamInto(client, connection, {
      event,
      queryKey: ['log'],
      update: (all: string[], { data }) => [...all, `${event} ${data.symbol}`],
    });
  }
  publish('A', 1);
  server.publish('{"symbol":"A"}', 'closed');
  await until(() => connection.state.lastEventId === '2');
  log.answer([]);
  await until(() => client.getQueryData<string[]>(['log'])?.length === 2);
});

test('an infinite query keeps what comes while another page is fetched', async () => {
  type Page = { prices: Price[]; next: number };
  type Pages = InfiniteData<Page, number>;
  const pages = createAnswers<Page>();
  const observer = new InfiniteQueryObserver<Page, Error, Pages, string[], number>(client, {
    queryKey: ['pages'],
    queryFn: pages.queryFn,
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
  });
  observer.subscribe(() => {});
  streamInto(client, connection, {
    event: 'price',
    queryKey: ['pages'],
    update({ pages: [first, ...older], pageParams }: Pages, { data }) {
      const prices = [data, ...(first?.prices ?? []).filter(({ symbol }) => symbol !== data.symbol)];
      return { pages: [{ next: 1, ...first, prices }, ...older], pageParams };
    },
  });
  const symbols = () =>
    client
      .getQueryData<Pages>(['pages'])
      ?.pages.map(({ prices }) => prices.map(({ symbol }) => symbol).join(''));
  pages.answer({ prices: [], next: 1 });
  await until(() => symbols()?.length === 1);
  void observer.fetchNextPage();
  publish('A', 1);
  await until(() => symbols()?.[0] === 'A');
  pages.answer({ prices: [{ symbol: 'Z', price: 1 }], next: 2 });
  await until(() => symbols()?.length === 2);
  expect(symbols()).toEqual(['A', 'Z']);
});

test('a key that throws is reported, and costs one message', async () => {
  const reportError = vi.fn();
  client.setQueryData(['price', 'B'], 1);
  streamInto(client, connection, {
    event: 'price',
    queryKey({ data: { symbol } }) {
      if (symbol === 'A') throw new Error('no key');
      return symbol === 'B' ? ['price', symbol] : undefined;
    },
    within: ['price'],
    update: (_: number, { data }) => data.price,
    reportError,
  });
  publish('A', 2);
  publish('C', 2);
  publish('B', 2);
  await until(() => client.getQueryData(['price', 'B']) === 2);
  expect(reportError.mock.calls).toEqual([[new Error('no key')]]);
});

test('an event that the transport does not hear is refused at once', async () => {
  class Silent extends EventTarget {
    static CLOSED = 2;
    close() {}
  }
  const native = createConnection<Events>(server.url, {
    transport: eventSourceTransport,
    EventSource: Silent as never,
    events: ['price'],
    immediate: false,
  });
  const begin = () =>
    streamInto(client, native, { event: 'closed', queryKey: ['log'], update: (log) => log });
  expect(begin).toThrow(/closed.*events/s);
});

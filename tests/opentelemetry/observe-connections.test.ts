import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Attributes, diag, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import * as conventions from '@opentelemetry/semantic-conventions';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createActor, setup } from 'xstate';
import { connectionMachine, createConnection, fetchTransport, fromTransport } from '../../index.ts';
import type { Observation, ObservationOptions } from '../../opentelemetry/index.ts';
import { instrumentTable } from '../../opentelemetry/instruments.ts';
import { documentation } from '../docs/documentation.ts';
import { status, stream } from '../support/sse-server.ts';
import { clock, connect, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';
import { startSdk } from './sdk.ts';

let sdk: ReturnType<typeof startSdk>;
let observations: Observation[];

beforeEach(() => {
  sdk = startSdk();
  observations = [];
});

afterEach(async () => {
  for (const observation of observations) observation.stop();
  await sdk[Symbol.asyncDispose]();
});

function observe(options: ObservationOptions = {}): Observation {
  const observation = sdk.observe(options);
  observations.push(observation);
  return observation;
}

const place = () => {
  const { hostname, port } = new URL(server.url);
  return { 'server.address': hostname, 'server.port': Number(port) };
};
const request = () => ({ 'http.request.method': 'GET', ...place() });

/** How many connections there are that are not closed, by their status. */
async function statuses(): Promise<Record<string, number>> {
  const counts = await tally('sse.client.connections', 'sse.connection.status');
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

const { name: failuresName } = instrumentTable.failures;

/** The values of a metric, each with one of its attributes. */
async function tally(name: string, attribute: string): Promise<Record<string, number>> {
  const points = await sdk.points(name);
  return Object.fromEntries(points.map(([attributes, value]) => [String(attributes[attribute]), value]));
}

describe('a connection through a 503, a cut socket and a 401', () => {
  beforeEach(async () => {
    observe();
    server.answer(status(503), stream);
    const { connection, received } = listen({});
    await reached(connection, 'backoff');
    clock.advanceToNext();
    await reached(connection, 'open');
    server.publish('1');
    server.publish('2');
    await until(() => received.length === 2);
    server.answer(status(401));
    server.drop();
    await reached(connection, 'backoff');
    clock.advanceToNext();
    await reached(connection, 'failed');
  });

  test('has a span for each attempt, by the semantic conventions', () => {
    const url = new URL(server.url);
    const about = { ...request(), 'url.full': url.origin + url.pathname };
    const [refused, opened, unauthorized] = sdk.spans();
    expect(sdk.spans()).toHaveLength(3);
    expect(sdk.spans().map(({ name, kind }) => [name, kind])).toEqual(
      Array(3).fill(['GET', SpanKind.CLIENT]),
    );
    expect(refused?.attributes).toEqual({
      ...about,
      'sse.attempt': 1,
      'sse.resumed': false,
      'error.type': '503',
      'http.response.status_code': 503,
      'sse.failure.kind': 'http',
      'sse.end': 'failed',
      'sse.messages': 0,
    });
    expect(refused?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(opened?.attributes).toEqual({
      ...about,
      'sse.attempt': 2,
      'sse.resumed': false,
      'http.request.resend_count': 1,
      'http.response.status_code': 200,
      'error.type': 'network',
      'sse.failure.kind': 'network',
      'sse.end': 'failed',
      'sse.messages': 2,
    });
    expect(opened?.status).toMatchObject({
      code: SpanStatusCode.ERROR,
      message: expect.stringMatching(/^The stream broke/),
    });
    expect(opened?.events.map(({ name }) => name)).toEqual(['sse.open']);
    expect(opened?.links.map(({ context }) => context.spanId)).toEqual([refused?.spanContext().spanId]);
    expect(unauthorized?.attributes).toMatchObject({
      'error.type': '401',
      'sse.resumed': true,
      'sse.attempt': 3,
    });
  });

  test('counts attempts, failures by kind, messages and who gave up', async () => {
    expect(await sdk.points('sse.client.attempts')).toEqual([[request(), 3]]);
    expect(await tally(failuresName, 'sse.failure.kind')).toEqual({ http: 1, network: 1, unauthorized: 1 });
    expect(await tally(failuresName, 'error.type')).toEqual({ 503: 1, network: 1, 401: 1 });
    expect(await sdk.points('sse.client.messages')).toEqual([[request(), 2]]);
    expect(await tally('sse.client.given_up', 'error.type')).toEqual({ 401: 1 });
    expect(await statuses()).toEqual({ failed: 1 });
  });

  test('measures how long it took to open, and was without a stream: by the clock of the connection', async () => {
    expect(await sdk.points('sse.client.open.duration')).toEqual([
      [{ ...request(), 'http.response.status_code': 200 }, 1, 0],
    ]);
    // Of the second outage nobody knows the end.
    expect(await sdk.points('sse.client.outage.duration')).toEqual([
      [{ ...request(), 'sse.outage.end': 'open' }, 1, 1],
    ]);
  });
});

test('the status of every connection is known whenever the SDK collects', async () => {
  observe();
  const open = connect();
  const closed = connect({ immediate: false });
  await reached(open, 'open');
  server.answer(status(503));
  const waiting = connect();
  await reached(waiting, 'backoff');
  expect(await statuses()).toEqual({ open: 1, backoff: 1 });
  closed.open();
  open.close();
  await reached(closed, 'backoff');
  expect(await statuses()).toEqual({ backoff: 2 });
});

test('an outage lasts until a stream is open, or none is wanted', async () => {
  observe();
  const connection = connect({ jitter: 'none' });
  await reached(connection, 'open');
  server.answer(status(503));
  server.drop();
  await reached(connection, 'backoff');
  clock.advanceToNext();
  await reached(connection, 'connecting');
  await reached(connection, 'backoff');
  clock.advance(500);
  connection.close();
  expect(await sdk.points('sse.client.outage.duration')).toEqual([
    [{ ...request(), 'sse.outage.end': 'closed' }, 1, 1.5],
  ]);
});

test('a next stream that is opened before the old one goes is a renewal, and what it repeats is counted', async () => {
  observe();
  const { connection, received } = listen();
  await reached(connection, 'open');
  for (const text of ['1', '2', '3']) server.publish(text);
  await until(() => received.length === 3);
  connection.reconnect();
  await until(() => server.requests.length === 2 && server.streams.size === 1);
  const [, id = ''] = ['', received.at(-1)?.id];
  server.write(`id: ${id}\ndata: 3\n\n`);
  server.publish('4');
  await until(() => received.length === 4);
  server.publish('5');
  await until(() => received.length === 5);
  connection.close();
  expect(await tally('sse.client.renewals', 'sse.renewal.reason')).toEqual({ reconnect: 1 });
  expect(await sdk.points('sse.client.replays.dropped')).toEqual([[request(), 1]]);
  expect(sdk.spans().map(({ attributes }) => attributes['sse.end'])).toEqual(['dropped', 'dropped']);
  expect(sdk.spans().map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET]);
});

test('bytes are counted as they came, with the comments, and up to the end', async () => {
  observe();
  const { connection, received } = listen();
  await reached(connection, 'open');
  server.publish('1');
  await until(() => received.length === 1);
  const bytes = async () => (await sdk.points('sse.client.bytes'))[0]?.[1] ?? 0;
  const before = await bytes();
  expect(before).toBeGreaterThan(0);
  const text = ': äöü\n\nid: 9\ndata: ä\n\n';
  server.write(text);
  await until(() => received.length === 2);
  expect(await bytes()).toBe(before + Buffer.byteLength(text));
  expect(await sdk.points('sse.client.bytes')).toEqual([[request(), before + Buffer.byteLength(text)]]);
});

test('gaps are counted by their reason', async () => {
  observe();
  const connection = connect({ jitter: 'none', lastEventId: '7' });
  server.answer((response) => {
    response.setHeader('last-event-id', '9');
    return stream;
  });
  await reached(connection, 'open');
  expect(await tally('sse.client.gaps', 'sse.gap.reason')).toEqual({ server: 1 });
});

test('a server that ends the stream for good, or on purpose, has made no error', async () => {
  observe();
  server.answer(
    (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: 1\n\n'),
    status(204),
  );
  const { connection } = listen();
  await reached(connection, 'backoff');
  clock.advanceToNext();
  await reached(connection, 'closed');
  expect(sdk.spans().map(({ attributes, status }) => [attributes['sse.end'], status.code])).toEqual(
    Array(2).fill(['ended', SpanStatusCode.UNSET]),
  );
  expect(await tally(failuresName, 'sse.failure.kind')).toEqual({ ended: 1 });
});

test('no query, no credential and no header is in anything that is recorded', async () => {
  observe();
  server.answer(status(503), stream);
  const url = new URL(server.url);
  const secret = 'canary';
  url.search = `?token=${secret}`;
  url.hash = secret;
  const connection = connect({ headers: { authorization: secret }, jitter: 'none' }, url);
  await reached(connection, 'backoff');
  clock.advanceToNext();
  await reached(connection, 'open');
  server.publish(secret);
  await until(() => connection.state.lastEventId !== '');
  connection.close();
  const recorded = JSON.stringify([
    sdk.spans().map(({ attributes, name, status, events }) => [attributes, name, status, events]),
    (await sdk.collect()).map(({ dataPoints }) => dataPoints),
  ]);
  expect(recorded).toContain('url.full');
  expect(recorded).not.toContain(secret);
});

test('the attributes of the app go along, in place of ours, or leave ours out', async () => {
  observe({
    attributes: { 'url.template': '/events/{room}', 'url.full': undefined, 'service.part': 'feed' },
  });
  const connection = connect({ method: 'post' });
  await reached(connection, 'open');
  connection.close();
  const [span] = sdk.spans();
  expect(span?.name).toBe('POST /events/{room}');
  expect(span?.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.request.method_original': 'post',
    'service.part': 'feed',
  });
  expect(span?.attributes).not.toHaveProperty('url.full');
  const [[attributes] = [{}]] = await sdk.points('sse.client.attempts');
  expect(attributes).toMatchObject({ 'url.template': '/events/{room}', 'service.part': 'feed' });
});

test('with `spans: request` a span ends when the server has answered', async () => {
  observe({ spans: 'request' });
  const connection = connect();
  await reached(connection, 'open');
  expect(sdk.spans().map(({ attributes }) => attributes['http.response.status_code'])).toEqual([200]);
  connection.close();
  expect(sdk.spans()).toHaveLength(1);
});

test('with `automatic: false` only what is added is observed, and only once, and until it is ended', async () => {
  const { add } = observe({ automatic: false });
  const [one, other] = [connect(), connect()];
  const ends = [add(one, { 'service.part': 'feed' }), add(one.actor), add(null)] as const;
  await until(() => [one, other].every(({ state }) => state.status === 'open'));
  const [[attributes, attempts] = []] = await sdk.points('sse.client.attempts');
  expect([attempts, attributes]).toEqual([1, expect.objectContaining({ 'service.part': 'feed' })]);
  expect(await statuses()).toEqual({ open: 1 });
  ends[0]();
  ends[0]();
  expect(await statuses()).toEqual({ open: 1 });
  ends[1]();
  expect(await statuses()).toEqual({});
  expect(sdk.spans().map(({ attributes }) => attributes['sse.end'])).toEqual(['unobserved']);
  one.close();
  await quiet();
  expect((await sdk.points('sse.client.attempts'))[0]?.[1]).toBe(1);
});

test('a connection in a statechart of the app is observed whenever there is one', async () => {
  const { add } = observe({ automatic: false });
  const connection = connectionMachine.provide({
    actors: { transport: fromTransport(fetchTransport({ url: server.url })) },
  });
  const chart = setup({ actors: { connection } }).createMachine({
    initial: 'out',
    on: { signIn: '.in', signOut: '.out' },
    states: { out: {}, in: { invoke: { src: 'connection' } } },
  });
  const actor = createActor(chart);
  const end = add(actor);
  actor.start();
  for (const round of [1, 2]) {
    actor.send({ type: 'signIn' });
    await until(() => server.streams.size === 1);
    await until(() => server.requests.length === round);
    await expect.poll(statuses).toEqual({ open: 1 });
    actor.send({ type: 'signOut' });
    await until(() => server.streams.size === 0);
    expect(sdk.spans()).toHaveLength(round);
    expect(await statuses()).toEqual({});
  }
  expect(sdk.spans()[1]?.attributes).toMatchObject({ ...request(), 'http.response.status_code': 200 });
  end();
  actor.stop();
});

test('users of a shared connection count as the one connection that they have, wherever it leads', async () => {
  const { add } = observe({ automatic: false });
  const options = { share: true, clock, linger: 0 };
  const users = [createConnection(server.url, options), createConnection(server.url, options)] as const;
  for (const user of users) add(user);
  await until(() => users.every(({ state }) => state.status === 'open'));
  expect((await sdk.points('sse.client.attempts')).map(([, value]) => value)).toEqual([1]);
  for (const user of users) user.close();
  clock.advance(1);
  await until(() => server.streams.size === 0);
  users[0].open();
  await until(() => users[0].state.status === 'open');
  expect((await sdk.points('sse.client.attempts')).map(([, value]) => value)).toEqual([2]);
  expect(await statuses()).toEqual({ open: 1 });
  users[0].close();
  clock.advance(1);
  await until(() => server.sockets.size === 0);
});

test('after `stop` nothing is recorded, no span is open, and the connections go on', async () => {
  const observation = observe();
  const { connection, received } = listen();
  await reached(connection, 'open');
  observation.stop();
  observation.stop();
  server.publish('1');
  await until(() => received.length === 1);
  await using later = createConnection(server.url, { clock });
  observation.add(later);
  await reached(later, 'open');
  expect(sdk.spans().map(({ attributes }) => attributes['sse.end'])).toEqual(['unobserved']);
  expect(await sdk.points('sse.client.messages')).toEqual([]);
  expect((await sdk.points('sse.client.attempts')).map(([, value]) => value)).toEqual([1]);
  expect(await statuses()).toEqual({});
});

test('connections that were made and never used, as by React, are not held', async () => {
  observe();
  const references = Array.from(
    { length: 200 },
    () => new WeakRef(createConnection(server.url, { immediate: false }).actor),
  );
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  await expect
    .poll(() => {
      collect();
      return references.filter((reference) => reference.deref()).length;
    })
    .toBeLessThan(20);
  expect(await statuses()).toEqual({});
});

test('an SDK that throws wherever it can stops nothing', async () => {
  const calls: string[] = [];
  /** Gives functions that throw, and functions that give such objects. */
  const hostile = (depth: number): never =>
    new Proxy(Object, {
      get: (_, name) => () => {
        calls.push(String(name));
        if (depth === 0 || /^(add|record|end|set|update|observe)/.test(String(name)))
          throw new Error(String(name));
        return hostile(depth - 1);
      },
    }) as never;
  diag.setLogger(hostile(0), { suppressOverrideMessage: true });
  for (const depth of [0, 1, 2]) {
    observe({ meterProvider: hostile(depth), tracerProvider: hostile(depth) });
  }
  server.answer(status(503), stream);
  const { connection, received } = listen();
  await reached(connection, 'backoff');
  clock.advanceToNext();
  await reached(connection, 'open');
  server.publish('1');
  await until(() => received.length === 1);
  connection.close();
  await until(() => server.sockets.size === 0);
  expect(new Set(calls)).toEqual(
    new Set([...calls, 'getMeter', 'startSpan', 'add', 'record', 'addCallback']),
  );
});

describe('the names', () => {
  /** Those of the conventions, as the package of OpenTelemetry has them. */
  const published = new Set<unknown>(Object.values(conventions));

  test('of attributes are those of the semantic conventions, or begin with `sse.`, and are in the docs', async () => {
    observe();
    server.answer(status(503), stream);
    const connection = connect({ method: 'post', retryUnsafe: true, jitter: 'none' });
    await reached(connection, 'backoff');
    clock.advanceToNext();
    await reached(connection, 'open');
    connection.close();
    const used = [
      ...sdk.spans().map(({ attributes }) => attributes),
      ...(await sdk.collect()).flatMap(({ dataPoints }) =>
        dataPoints.map(({ attributes }: { attributes: Attributes }) => attributes),
      ),
    ].flatMap((attributes) => Object.keys(attributes));
    const { table } = documentation('docs/watching.md');
    const documented = table('attributes').flatMap(([names = '']) => names.split(', '));
    const ofSpans = new Set(sdk.spans().flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...ofSpans].filter((name) => name !== 'http.request.method_original').sort()).toEqual(
      documented.sort(),
    );
    const foreign = [...new Set(used)].filter((name) => !name.startsWith('sse.'));
    expect(foreign.filter((name) => !published.has(name))).toEqual([]);
    expect(foreign).toEqual(
      expect.arrayContaining([
        'http.request.method',
        'server.address',
        'server.port',
        'url.full',
        'error.type',
      ]),
    );
  });

  test('of instruments begin with `sse.client.`, and their units are those that the conventions allow', () => {
    for (const { name, unit, description } of Object.values(instrumentTable)) {
      expect(name).toMatch(/^sse\.client\.[a-z_]+(\.[a-z_]+)*$/);
      expect(unit).toMatch(/^(s|By|\{[a-z]+\})$/);
      expect(description).toMatch(/\.$/);
    }
  });
});

test('an option that is not what it may be throws at once', () => {
  expect(() => observe({ spans: 'forever' as 'stream' })).toThrow(/`spans` must be 'stream' \| 'request'/);
  expect(() => observe({ meterProvider: {} as never })).toThrow(
    /`meterProvider` must be an object with `getMeter`/,
  );
  expect(() => observe().add(null, 'red' as never)).toThrow(/`attributes` must be an object of attributes/);
});

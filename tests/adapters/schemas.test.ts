import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test, vi } from 'vitest';
import { createActor } from 'xstate';
import { z } from 'zod';
import { unaskedOf } from '../../adapters/inspection.ts';
import {
  type ConnectionOptions,
  connectionMachine,
  createConnection,
  eventSourceTransport,
  fetchTransport,
  fromTransport,
  InvalidMessage,
} from '../../index.ts';
import { invalidOf } from '../../transports/invalid-message.ts';
import { clock, connect, dataOf, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

const price = z.object({ cents: z.number() });

/** A connection with schemas that is open, and what was left out. */
async function open(options: ConnectionOptions) {
  const invalid: InvalidMessage[] = [];
  const { connection, received } = listen({ onInvalid: (message) => invalid.push(message), ...options });
  await reached(connection, 'open');
  return { connection, received, invalid };
}

/** A schema whose answers the test gives, one for each payload. */
function asked() {
  const answers = new Map<unknown, (outcome: StandardSchemaV1.Result<unknown> | Error) => void>();
  const schema: StandardSchemaV1 = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (data) =>
        new Promise((resolve, reject) => {
          answers.set(data, (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
        }),
    },
  };
  return {
    schema,
    asks: (data: unknown) => until(() => answers.has(data), `the question about ${data}`),
    answer: (data: unknown, outcome: StandardSchemaV1.Result<unknown> | Error = { value: data }) =>
      answers.get(data)?.(outcome),
  };
}

const pass: StandardSchemaV1 = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) },
};

describe('a payload', () => {
  test.each<[string, StandardSchemaV1]>([
    ['Zod', price],
    ['Valibot', v.object({ cents: v.number() })],
    ['ArkType', type({ cents: 'number' })],
  ])('is let through by a schema of %s, or is reported', async (_, schema) => {
    const { connection, received, invalid } = await open({ events: { price: schema } });
    server.publish('{"cents":5}', 'price');
    server.publish('{"cents":"five"}', 'price');
    server.publish('{"cents":6}', 'price');
    await until(() => received.length === 2);
    expect(dataOf(received)).toEqual([{ cents: 5 }, { cents: 6 }]);
    const [fault] = invalid;
    expect(invalid).toHaveLength(1);
    expect(fault).toBeInstanceOf(InvalidMessage);
    expect(fault).toMatchObject({ name: 'InvalidMessage', event: 'price', id: '2' });
    expect(fault?.issues.map(({ path }) => path?.length)).toEqual([1]);
    expect(fault?.message).toMatch(/^A message of 'price' is left out: cents: .+\.$/);
    expect(invalidOf(connection.actor)).toBe(1);
  });

  test('is the result of the schema', async () => {
    const at = z.object({ at: z.string().transform((text) => new Date(text)) });
    const { received } = await open({ events: { at } });
    server.publish('{"at":"2026-11-26T00:00:00Z"}', 'at');
    await until(() => received.length === 1);
    expect(received).toEqual([{ event: 'at', data: { at: new Date('2026-11-26') }, id: '1' }]);
  });

  test('that is not let through moves the last event ID all the same', async () => {
    const { connection, received, invalid } = await open({ events: { price } });
    server.publish('no price', 'price');
    await until(() => invalid.length === 1);
    expect([connection.state.lastEventId, received]).toEqual(['1', []]);
    server.drop();
    await reached(connection, 'backoff');
    clock.advanceToNext();
    await reached(connection, 'open');
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
    expect(invalid).toHaveLength(1);
  });

  test('that is not let through goes to `reportError` where nobody else wants it', async () => {
    const faults: unknown[] = [];
    await open({ events: { price }, onInvalid: undefined, reportError: (fault) => faults.push(fault) });
    server.publish('no price', 'price');
    await until(() => faults.length === 1);
    expect(faults[0]).toBeInstanceOf(InvalidMessage);
  });

  test('reaches an actor of its own by the same check', async () => {
    const seen: unknown[] = [];
    const transport = fromTransport(fetchTransport({ url: server.url }), {
      events: { price },
      onInvalid: ({ event }) => seen.push(event),
    });
    const actor = createActor(connectionMachine.provide({ actors: { transport } }));
    actor.on('messages', ({ messages }) => seen.push(...dataOf(messages)));
    actor.start();
    await until(() => server.streams.size === 1);
    server.publish('1', 'price');
    server.publish('{"cents":5,"more":1}', 'price');
    await until(() => seen.length === 2);
    expect(seen).toEqual(['price', { cents: 5 }]);
    actor.stop();
  });
});

describe('an event without a schema', () => {
  test('is left out and counted, `message` too', async () => {
    const { connection, received, invalid } = await open({ events: { price } });
    for (const event of ['message', 'other', 'toString', '__proto__', 'ping']) server.publish('1', event);
    server.publish('{"cents":1}', 'price');
    await until(() => received.length === 1);
    expect([dataOf(received), invalid]).toEqual([[{ cents: 1 }], []]);
    expect(unaskedOf(connection.actor)).toBe(4); // a ping is no news
  });

  test('is reported where the app wants to know, and not warned of besides', async () => {
    using warn = vi.spyOn(console, 'warn');
    const { received, invalid } = await open({ events: { price }, unknownEvents: 'report' });
    server.publish('1', 'other');
    server.publish('{"cents":1}', 'price');
    await until(() => received.length === 1);
    expect(warn).not.toHaveBeenCalled();
    expect(invalid.map(({ message }) => message)).toEqual([
      "A message of 'other' is left out: `events` does not name it.",
    ]);
  });

  test('is told as well where a transport brings it', async () => {
    const transport = () => fetchTransport({ url: server.url });
    const { connection, received, invalid } = await open({
      ...{ events: { price }, unknownEvents: 'report', transport, closeOn: 'over' },
    });
    server.publish('1', 'other');
    server.publish('1', 'heartbeat');
    server.publish('{"cents":1}', 'price');
    server.publish('1', 'over');
    await reached(connection, 'closed');
    expect([dataOf(received), invalid.map(({ event }) => event)]).toEqual([[{ cents: 1 }], ['other']]);
    expect([connection.state.closeReason, unaskedOf(connection.actor)]).toEqual(['ended', 1]);
  });

  test('closes, refreshes and keeps alive if the options say so', async () => {
    let refreshed = 0;
    const { connection, received } = await open({
      ...{ events: { price }, refreshOn: 'expiring', closeOn: 'over', stableAfter: 0 },
      refresh: () => {
        refreshed += 1;
      },
    });
    clock.advanceToNext();
    server.publish('1', 'expiring');
    await until(() => refreshed === 1);
    await until(() => server.requests.length === 2);
    server.publish('1', 'over');
    await reached(connection, 'closed');
    expect(received).toEqual([]);
  });

  test('cannot be listened to', async () => {
    const { connection } = await open({ events: { price } });
    expect(() => connection.on('message', () => {})).toThrow("'message' is not among the events");
  });

  test('is not listened to with the native EventSource', () => {
    class Source extends EventTarget {
      close() {}
    }
    const given = { url: '/events', EventSource: Source as never };
    expect(eventSourceTransport({ ...given, events: { price }, closeOn: 'over' }).hears).toEqual([
      'price',
      'over',
    ]);
    expect(eventSourceTransport({ ...given, events: ['price'] }).hears).toEqual(['message', 'price']);
  });
});

test('the message that closes may be anything', async () => {
  const { connection, received, invalid } = await open({
    events: { message: price },
    closeOn: ({ data }) => data === '[DONE]',
  });
  server.publish('{"cents":1}');
  server.publish('[DONE]');
  await reached(connection, 'closed');
  expect([dataOf(received), invalid, connection.state.lastEventId]).toEqual([[{ cents: 1 }], [], '2']);
});

describe('a schema that takes its time', () => {
  test('keeps the order, also of those that take none', async () => {
    const { schema, asks, answer } = asked();
    const { connection, received } = await open({ events: { slow: schema, fast: pass } });
    server.publish('"a"', 'slow');
    server.publish('"b"', 'fast');
    server.publish('"c"', 'slow');
    server.publish('"d"', 'fast');
    await asks('a');
    await quiet();
    expect([received, connection.state.lastEventId]).toEqual([[], '']);
    answer('c');
    await quiet();
    expect(received).toEqual([]);
    answer('a');
    await asks('c');
    answer('c');
    await until(() => received.length === 4);
    expect(dataOf(received)).toEqual(['a', 'b', 'c', 'd']);
    expect(connection.state.lastEventId).toBe('4');
  });

  test('refuses as one that does not', async () => {
    const { schema, asks, answer } = asked();
    const { received, invalid } = await open({ events: { slow: schema } });
    server.publish('"a"', 'slow');
    await asks('a');
    answer('a', { issues: [{ message: 'Not today' }] });
    server.publish('"b"', 'slow');
    await asks('b');
    answer('b', { value: 'B' });
    await until(() => received.length === 1);
    expect(dataOf(received)).toEqual(['B']);
    expect(invalid.map(({ message }) => message)).toEqual(["A message of 'slow' is left out: Not today."]);
  });

  test('delivers before the stream is lost', async () => {
    const { schema, asks, answer } = asked();
    const { connection, received } = await open({ events: { slow: schema } });
    server.write('event: slow\ndata: "a"\n\n');
    await asks('a');
    server.drop();
    await quiet();
    expect(connection.state.status).toBe('open');
    answer('a');
    await reached(connection, 'backoff');
    expect(dataOf(received)).toEqual(['a']);
  });

  test('costs nothing that the server would not send again', async () => {
    const { schema, asks, answer } = asked();
    const { connection, received } = await open({ events: { slow: schema } });
    server.publish('"a"', 'slow');
    await asks('a');
    connection.close();
    answer('a');
    await quiet();
    expect([received, connection.state.lastEventId, clock.pending]).toEqual([[], '', 0]);
    await until(() => server.streams.size === 0);
    connection.open();
    await reached(connection, 'open');
    expect(server.requests).toHaveLength(2);
  });

  test('loses nothing where another stream takes over meanwhile', async () => {
    const { schema, asks, answer } = asked();
    const { connection, received } = await open({ events: { slow: schema, fast: pass } });
    server.publish('"a"', 'fast');
    await until(() => received.length === 1);
    server.publish('"b"', 'slow');
    await asks('b');
    connection.reconnect();
    await until(() => server.requests.length === 2);
    await until(() => server.streams.size === 1);
    answer('b');
    await quiet();
    answer('b');
    server.publish('"c"', 'fast');
    await until(() => received.length === 3);
    expect(dataOf(received)).toEqual(['a', 'b', 'c']);
  });

  test('is not taken for silence of the server', async () => {
    const { schema, asks, answer } = asked();
    const { connection, received } = await open({ events: { slow: schema }, idleTimeout: 4_000 });
    server.publish('"a"', 'slow');
    await asks('a');
    clock.advance(9_000);
    await quiet();
    expect(connection.state.status).toBe('open');
    answer('a');
    await until(() => received.length === 1);
    clock.advance(3_000);
    await reached(connection, 'backoff');
    expect(connection.state.error?.kind).toBe('idle');
  });
});

describe('a schema with a fault', () => {
  const broken = (validate: () => never): StandardSchemaV1 => ({
    '~standard': { version: 1, vendor: 'test', validate },
  });

  test.each<[string, StandardSchemaV1, RegExp | string]>([
    [
      'throws',
      broken(() => {
        throw new RangeError('broken');
      }),
      'broken',
    ],
    ['rejects', broken((() => Promise.reject(new RangeError('broken'))) as () => never), 'broken'],
    ['answers with nothing', broken((() => undefined) as () => never), /undefined/],
  ])('that %s costs its message and no other', async (_, schema, cause) => {
    const { received, invalid } = await open({ events: { bad: schema, good: pass } });
    server.publish('1', 'bad');
    server.publish('2', 'good');
    await until(() => received.length === 1);
    expect(dataOf(received)).toEqual([2]);
    expect(invalid).toHaveLength(1);
    expect(invalid[0]).toMatchObject({
      message: "A message of 'bad' is left out: its schema gives no answer.",
      issues: [],
    });
    expect(String(invalid[0]?.cause)).toMatch(cause);
  });

  test('that hangs is waited for ten seconds', async () => {
    const { schema, asks } = asked();
    const { connection, received, invalid } = await open({ events: { hangs: schema, good: pass } });
    server.publish('1', 'hangs');
    server.publish('2', 'good');
    await asks(1);
    clock.advance(9_999);
    await quiet();
    expect([received, invalid]).toEqual([[], []]);
    clock.advance(1);
    await until(() => received.length === 1);
    expect(String(invalid[0]?.cause)).toBe('Error: It took longer than 10000 ms.');
    expect(connection.state).toMatchObject({ status: 'open', lastEventId: '2' });
  });

  test('that hangs holds no socket and no timer of a connection that is closed', async () => {
    const { schema, asks } = asked();
    const { connection, invalid } = await open({ events: { hangs: schema } });
    server.publish('1', 'hangs');
    await asks(1);
    connection.close();
    await until(() => server.streams.size === 0);
    expect([clock.pending, invalid]).toEqual([0, []]);
  });

  test('and an `onInvalid` that throws stop nothing', async () => {
    const { received } = await open({
      events: { price },
      onInvalid: () => {
        throw new Error('mine');
      },
      reportError: () => {
        throw new Error('mine too');
      },
    });
    server.publish('1', 'price');
    server.publish('{"cents":1}', 'price');
    await until(() => received.length === 1);
  });
});

test.each<[string, unknown]>([
  ['a function', { price: () => true }],
  ['nothing', { price: undefined }],
  ['a schema of no standard', { price: { parse: () => 1 } }],
])('%s is no schema', (_, events) => {
  expect(() => connect({ events: events as never })).toThrow(
    '`events` must be a list of event names, or an object with a Standard Schema for each, but it is of type object.',
  );
});

test('a loop gets what was let through', async () => {
  const connection = createConnection(server.url, { clock, events: { price } });
  const loop = connection[Symbol.asyncIterator]();
  const first = loop.next();
  await until(() => connection.state.status === 'open');
  server.publish('1', 'price');
  server.publish('{"cents":1}', 'price');
  expect((await first).value).toEqual({ event: 'price', data: { cents: 1 }, id: '2' });
  await connection[Symbol.asyncDispose]();
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createActor, setup } from 'xstate';
import {
  type ConnectionClock,
  ConnectionError,
  connectionMachine,
  fromTransport,
  type MessageBatch,
  selectStatus,
  type Transport,
  type TransportActorOptions,
  type TransportEvent,
} from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { playedTransport } from '../support/played-transport.ts';
import { quiet, until } from '../support/until.ts';

const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});

afterEach(async () => {
  await quiet();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

const one: MessageBatch = { messages: [{ event: 'message', data: '1', id: '1' }], lastEventId: '1' };

/** A stream that gives one batch and then waits. */
async function* endless() {
  yield one;
  await new Promise(() => {});
}

function run(transport: Transport, clock: ConnectionClock = createTestClock()) {
  const machine = connectionMachine.provide({ actors: { transport: fromTransport(transport, { clock }) } });
  const actor = createActor(machine, { clock });
  actor.start();
  return {
    actor,
    status: () => selectStatus(actor.getSnapshot()),
    context: () => actor.getSnapshot().context,
  };
}

describe('a transport', () => {
  test('of one page runs the whole chart', async () => {
    const { actor, status, context } = run(async () => endless());
    await until(() => context().lastEventId === '1');
    expect(status()).toBe('open');
    actor.stop();
  });

  test.each([
    [
      'synchronously',
      () => {
        throw new Error('at once');
      },
    ],
    ['with something that is no error', () => Promise.reject('a string')],
    ['with nothing', () => Promise.reject()],
    [
      'in the middle of its stream',
      async () =>
        (async function* () {
          yield one;
          throw new Error('broken');
        })(),
    ],
    ['by giving no stream', async () => undefined as never],
  ] as [string, Transport][])('that throws %s has failed, and the chart goes on', async (_, transport) => {
    const { actor, status, context } = run(transport);
    await until(() => status() === 'backoff');
    expect(context().error).toEqual({ kind: 'network', message: 'The transport failed.' });
    actor.send({ type: 'close' });
    expect(status()).toBe('closed');
  });

  test('that throws a ConnectionError is taken at its word', async () => {
    const { status, context } = run(() => Promise.reject(new ConnectionError('forbidden', 'Not for you.')));
    await until(() => status() === 'failed');
    expect(context().error).toEqual({ kind: 'forbidden', message: 'Not for you.' });
  });

  test('that throws an error of others by the same name keeps its words to itself', async () => {
    const { actor, status, context } = run(async () => {
      throw Object.assign(new Error('the password is 1234'), { name: 'ConnectionError', kind: 'tls' });
    });
    await until(() => status() === 'backoff');
    expect(context().error).toEqual({ kind: 'network', message: 'The transport failed.' });
    actor.stop();
  });

  test('is not called when nobody wants it any more one microtask later', async () => {
    let calls = 0;
    const clock = createTestClock();
    const { actor } = run(async () => {
      calls += 1;
      return endless();
    }, clock);
    actor.send({ type: 'close' });
    await quiet();
    expect([calls, clock.pending]).toEqual([0, 0]);
  });

  test('is told to stop at once, in whatever state it is left', async () => {
    const signals: AbortSignal[] = [];
    const { actor } = run((_, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    await until(() => signals.length === 1);
    actor.send({ type: 'close' });
    expect(signals[0]?.aborted).toBe(true);
  });

  test('that answers after it was stopped has its stream released, and says nothing more', async () => {
    let answer = (_: AsyncIterable<MessageBatch>) => {};
    const { actor, status, context } = run(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await quiet(2);
    actor.send({ type: 'close' });
    const iterator = { next: async () => ({ done: true as const, value: undefined }), released: false };
    const late = {
      [Symbol.asyncIterator]: () => ({
        next: iterator.next,
        return: async () => {
          iterator.released = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    answer(late);
    await until(() => iterator.released);
    expect([status(), context().openedAt]).toEqual(['closed', null]);
  });

  test('that does not heed its signal delivers nothing after it was stopped', async () => {
    let deliver = () => {};
    const delivered = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    const { actor, status, context } = run(async () =>
      (async function* () {
        await delivered;
        yield one;
      })(),
    );
    await until(() => status() === 'open');
    actor.send({ type: 'reconnect' });
    await until(() => status() === 'open');
    actor.send({ type: 'close' });
    deliver();
    await quiet();
    expect(context().lastEventId).toBe('');
  });

  test('that does not heed its signal delivers nothing of a stream that was replaced', async () => {
    let deliver = () => {};
    const delivered = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    const batch = (id: string) => ({ messages: [{ event: 'message', data: id, id }], lastEventId: id });
    async function* first() {
      yield batch('1');
      await delivered;
      yield batch('2');
    }
    async function* second() {
      yield batch('3');
      await new Promise(() => {});
    }
    const streams = [first(), second()];
    const received: string[] = [];
    const { actor, context } = run(async () => streams.shift() ?? endless());
    actor.on('messages', ({ messages }) => received.push(...messages.map(({ id }) => id)));
    await until(() => context().lastEventId === '1');
    actor.send({ type: 'reconnect' });
    await until(() => context().lastEventId === '3');
    deliver();
    await quiet();
    expect([received, context().lastEventId]).toEqual([['1', '3'], '3']);
    actor.stop();
  });
});

describe('a snapshot that went through JSON', () => {
  async function saved(unsafe: boolean) {
    const clock = createTestClock();
    const server = playedTransport(unsafe);
    const machine = connectionMachine.provide({
      actors: { transport: fromTransport(server.transport, { clock }) },
    });
    const actor = createActor(machine, { clock }).start();
    await until(() => server.requests.length === 1);
    server.requests[0]?.accept();
    if (!unsafe) server.requests[0]?.send(1, 2, 3);
    await until(
      () => actor.getSnapshot().context.openedAt !== null && (unsafe || lastEventIdOf(actor) === '3'),
    );
    const snapshot = JSON.parse(JSON.stringify(actor.getPersistedSnapshot()));
    actor.stop();
    return { server, restored: createActor(machine, { snapshot, clock }) };
  }
  const lastEventIdOf = (actor: ReturnType<typeof createActor<typeof connectionMachine>>) =>
    actor.getSnapshot().context.lastEventId;

  test('is resumed after the ID that it knows, not the one that its attempt began with', async () => {
    const { server, restored } = await saved(false);
    restored.start();
    await until(() => server.requests.length === 2);
    expect([server.requests[1]?.lastEventId, server.alive.length]).toEqual(['3', 1]);
    restored.stop();
  });

  test('does not repeat a request that may repeat its effect', async () => {
    const { server, restored } = await saved(true);
    restored.start();
    await quiet();
    expect([server.requests.length, selectStatus(restored.getSnapshot())]).toEqual([1, 'failed']);
    restored.stop();
  });
});

test('two transports in one statechart of the app share no memory', async () => {
  const [one, two] = [playedTransport(), playedTransport()];
  const clock = createTestClock();
  const connection = ({ transport }: typeof one) =>
    connectionMachine.provide({ actors: { transport: fromTransport(transport, { clock }) } });
  const parent = setup({ actors: { one: connection(one), two: connection(two) } }).createMachine({
    invoke: [{ src: 'one' }, { src: 'two' }],
  });
  const actor = createActor(parent, { clock }).start();
  await until(() => one.requests.length + two.requests.length === 2);
  one.requests[0]?.accept();
  one.requests[0]?.send(7);
  two.requests[0]?.accept();
  two.requests[0]?.drop();
  await quiet();
  clock.advance(30_000);
  await until(() => two.requests.length === 2);
  expect(two.requests[1]?.lastEventId).toBe('');
  actor.stop();
});

describe('in a statechart of the app that stays as it is, a transport', () => {
  function hear(options: TransportActorOptions = {}) {
    const clock = createTestClock();
    const server = playedTransport();
    const heard: TransportEvent[] = [];
    const machine = setup({
      types: {} as { events: TransportEvent; children: { carrier: 'transport' } },
      actors: { transport: fromTransport(server.transport, { clock, ...options }) },
    }).createMachine({
      invoke: {
        id: 'carrier',
        src: 'transport',
        input: { lastEventId: '', refresh: false, backoff: 1_000 },
      },
      on: { '*': { actions: ({ event }) => heard.push(event) } },
    });
    const actor = createActor(machine, { clock }).start();
    return { actor, clock, server, heard, types: () => heard.map(({ type }) => type) };
  }

  test('that fails has let go of everything, and says nothing more', async () => {
    const { actor, clock, server, types } = hear();
    await until(() => server.requests.length === 1);
    server.requests[0]?.accept();
    server.requests[0]?.send(1);
    await until(() => types().length === 2);
    actor.getSnapshot().children.carrier?.send({ type: 'stream.replace', refresh: false, backoff: 1_000 });
    await until(() => server.requests.length === 2);
    server.requests[1]?.refuse(new ConnectionError('forbidden', 'No.'));
    await until(() => types().length > 2);
    await quiet();
    expect(types()).toEqual(['transport.opened', 'transport.messages', 'transport.failed']);
    expect([server.alive, clock.pending]).toEqual([[], 0]);
    actor.stop();
  });

  test('tells by what the server has closed the connection for good', async () => {
    const { actor, server, heard } = hear({ closeOn: 'bye' });
    await until(() => server.requests.length === 1);
    server.requests[0]?.accept();
    server.requests[0]?.batch({ messages: [{ event: 'bye', data: '1', id: '1' }] });
    await until(() => heard.length === 3);
    expect(heard[2]).toMatchObject({
      type: 'transport.ended',
      final: true,
      error: { kind: 'ended', message: 'The server closed the connection with an event of `closeOn`.' },
    });
    actor.stop();
  });
});

test('an option of the actor that is not what it may be is refused at once, and named', () => {
  const make = (options: object) => () => fromTransport(async () => endless(), options);
  expect(make({ connectTimeout: -1 })).toThrow(
    /^`connectTimeout` must be a number from 0 to \d+, but it is -1/,
  );
  expect(make({ idleTimeout: 'never' })).toThrow(TypeError);
  expect(make({ refresh: {} })).toThrow(
    new TypeError('`refresh` must be function, but it is of type object.'),
  );
});

describe('the time to connect', () => {
  test('counts from the start, whatever the transport waits for', async () => {
    const clock = createTestClock();
    const { status, context } = run(() => new Promise(() => {}), clock);
    await quiet(2);
    clock.advance(14_999);
    expect(status()).toBe('connecting');
    clock.advance(1);
    expect(context().error).toEqual({
      kind: 'timeout',
      message: 'The limit `connectTimeout` of 15000 was exceeded.',
    });
    expect(clock.pending).toBe(1); // the wait for the retry, and nothing of the attempt
  });

  test('is over once the stream is open', async () => {
    const clock = createTestClock();
    const { actor, status } = run(async () => endless(), clock);
    await until(() => status() === 'open');
    clock.advance(1_000_000);
    expect([status(), clock.pending]).toEqual(['open', 1]); // what is left is the look at the silence
    actor.stop();
  });
});

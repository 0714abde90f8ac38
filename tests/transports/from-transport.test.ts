import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createActor, setup } from 'xstate';
import { unaskedOf } from '../../adapters/inspection.ts';
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
  const options = { clock, reportError: () => {} };
  const machine = connectionMachine.provide({ actors: { transport: fromTransport(transport, options) } });
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

  test('that throws a ConnectionError fails with just that', async () => {
    const { status, context } = run(() => Promise.reject(new ConnectionError('forbidden', 'Not for you.')));
    await until(() => status() === 'failed');
    expect(context().error).toEqual({ kind: 'forbidden', message: 'Not for you.' });
  });

  test("that throws another library's ConnectionError does not show its message", async () => {
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

  test('that does not heed its signal is not heard any more after it was stopped', async () => {
    let deliver = () => {};
    const delivered = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    const { actor, status } = run(async () =>
      (async function* () {
        await delivered;
        yield { ...one, unasked: ['other'] };
      })(),
    );
    await until(() => status() === 'open');
    actor.send({ type: 'close' });
    deliver();
    await quiet();
    expect(unaskedOf(actor)).toBe(0);
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

test('a stream whose URL is another than before begins anew there, also where nothing has an ID', async () => {
  const clock = createTestClock();
  const asked: (string | undefined)[] = [];
  const transport: Transport = async ({ lastEventIdFor }) => {
    const isFirst = asked.length === 0;
    asked.push(lastEventIdFor?.(`https://example.com/${isFirst ? 'here' : 'there'}`));
    if (!isFirst) return endlessWithoutId();
    return (async function* () {
      yield one;
    })();
  };
  async function* endlessWithoutId() {
    yield { messages: [{ event: 'message', data: 'no ID', id: '' }], lastEventId: '' };
    await new Promise(() => {});
  }
  const { actor, status, context } = run(transport, clock);
  const received: unknown[] = [];
  actor.on('messages', ({ messages }) => received.push(...messages.map(({ data }) => data)));
  await until(() => status() === 'backoff');
  clock.advance(30_000);
  await until(() => received.includes('no ID'));
  expect([asked, context().lastEventId]).toEqual([['', ''], '']);
  actor.stop();
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
  function hear(options: TransportActorOptions = {}, server = playedTransport(), refresh = false) {
    const clock = createTestClock();
    const heard: TransportEvent[] = [];
    const machine = setup({
      types: {} as { events: TransportEvent; children: { stream: 'transport' } },
      actors: { transport: fromTransport(server.transport, { clock, ...options }) },
    }).createMachine({
      invoke: {
        id: 'stream',
        src: 'transport',
        input: ({ self }) => ({ connection: self, lastEventId: '', refresh }),
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
    server.requests[0]?.drop();
    await until(() => types().includes('stream.failed'));
    await quiet();
    expect(types()).toEqual([
      'request.ready',
      'request.accepted',
      'stream.messages',
      'stream.progressed',
      'stream.failed',
    ]);
    expect([server.alive, clock.pending]).toEqual([[], 0]);
    actor.stop();
  });

  test('that is ended has let go of everything', async () => {
    const { actor, clock, server, types } = hear();
    await until(() => server.requests.length === 1);
    server.requests[0]?.accept();
    server.requests[0]?.end();
    await until(() => types().includes('stream.ended'));
    expect([server.alive, clock.pending]).toEqual([[], 0]);
    actor.stop();
  });

  test('says once of a stream that it has progressed, and nothing where it has not', async () => {
    const { actor, server, types } = hear();
    await until(() => server.requests.length === 1);
    server.requests[0]?.accept();
    server.requests[0]?.batch({ messages: [{ event: 'message', data: 'no ID', id: '' }] });
    await until(() => types().includes('stream.messages'));
    expect(types()).not.toContain('stream.progressed');
    server.requests[0]?.send(1);
    server.requests[0]?.send(2);
    await until(() => types().filter((type) => type === 'stream.messages').length === 3);
    await quiet();
    expect(types().filter((type) => type === 'stream.progressed')).toHaveLength(1);
    actor.stop();
  });

  test('that is refused says so of its request, and nothing of a stream', async () => {
    const { actor, clock, server, types } = hear();
    await until(() => server.requests.length === 1);
    server.requests[0]?.refuse(new ConnectionError('forbidden', 'No.'));
    await until(() => types().length > 1);
    await quiet();
    expect([types(), clock.pending]).toEqual([['request.ready', 'request.failed'], 0]);
    actor.stop();
  });

  test('tells at first whether its request may be repeated', async () => {
    const { actor, heard, server } = hear({}, playedTransport(true, true));
    await until(() => server.requests.length === 1);
    expect(heard).toEqual([{ type: 'request.ready', unsafe: true, resumable: true }]);
    actor.stop();
  });

  test('says of a failure whether anything was sent, and of a stream whether it had messages', async () => {
    const refused = hear(
      { refresh: () => Promise.reject(new Error('down')), reportError: () => {} },
      undefined,
      true,
    );
    await until(() => refused.heard.length === 1);
    expect(refused.heard[0]).toMatchObject({ type: 'request.failed', error: { unsent: true } });
    for (const messages of [[], [{ event: 'message', data: 'a', id: '' }]]) {
      const { heard, server } = hear();
      await until(() => server.requests.length === 1);
      server.requests[0]?.accept();
      server.requests[0]?.batch({ messages });
      server.requests[0]?.end();
      await until(() => heard.at(-1)?.type === 'stream.ended');
      expect(heard.at(-1)).toMatchObject({ hadMessages: messages.length > 0, final: undefined });
    }
  });

  test('says that a stream which ends without the message of `closeOn` was cut short', async () => {
    const { actor, heard, server } = hear({ closeOn: ({ data }) => data === '[DONE]', parse: 'text' });
    await until(() => server.requests.length === 1);
    server.requests[0]?.accept();
    server.requests[0]?.send(1);
    server.requests[0]?.end();
    await until(() => heard.at(-1)?.type === 'stream.ended');
    expect(heard.at(-1)).toMatchObject({
      final: false,
      error: { message: 'The server ended the stream without the message of `closeOn`.' },
    });
    actor.stop();
  });

  test('reports a sign of life only when it is asked for one', async () => {
    const { actor, clock, server, types } = hear();
    await until(() => server.requests.length === 1);
    server.requests[0]?.accept();
    server.requests[0]?.batch({ keepAlive: true });
    await quiet();
    actor.getSnapshot().children.stream?.send({ type: 'stream.prove' });
    clock.advance(501);
    server.requests[0]?.batch({ keepAlive: true });
    server.requests[0]?.batch({ keepAlive: true });
    await quiet();
    expect(types()).toEqual(['request.ready', 'request.accepted', 'stream.alive']);
    actor.stop();
  });

  test('reports that it has overslept', async () => {
    const { actor, clock, server, types } = hear();
    await until(() => server.requests.length === 1);
    server.requests[0]?.accept();
    await until(() => types().includes('request.accepted'));
    clock.passUnnoticed(3_600_000);
    clock.advance(0);
    expect(types().at(-1)).toBe('stream.overslept');
    actor.stop();
  });

  test('whose URL is another than before has given up nothing where there was no ID', async () => {
    const { actor, server, types } = hear();
    await until(() => server.requests.length === 1);
    const ask = server.requests[0]?.request.lastEventIdFor;
    expect([ask?.('https://example.com/here'), ask?.('https://example.com/there')]).toEqual(['', '']);
    expect(types()).toEqual(['request.ready']);
    actor.stop();
  });

  test('that goes on after the message that closes says nothing more', async () => {
    async function* brief() {
      yield { messages: [{ event: 'bye', data: '1', id: '1' }], lastEventId: '1' };
    }
    const deaf = Object.assign(async () => brief(), { unsafe: false, resumable: false });
    const { actor, types } = hear({ closeOn: 'bye' }, { ...playedTransport(), transport: deaf });
    await until(() => types().includes('stream.ended'));
    await quiet();
    expect(types().filter((type) => type === 'stream.ended')).toHaveLength(1);
    actor.stop();
  });

  test('tells by what the server has closed the connection for good', async () => {
    const { actor, server, heard } = hear({ closeOn: 'bye' });
    await until(() => server.requests.length === 1);
    server.requests[0]?.accept();
    server.requests[0]?.batch({ messages: [{ event: 'bye', data: '1', id: '1' }] });
    await until(() => heard.at(-1)?.type === 'stream.ended');
    expect(heard.at(-1)).toMatchObject({
      final: true,
      error: { kind: 'ended', message: 'The server closed the connection with a message of `closeOn`.' },
    });
    actor.stop();
  });
});

test('an invalid option of the actor is refused at once, and named', () => {
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
    clock.advance(59_999);
    expect(status()).toBe('connecting');
    clock.advance(1);
    expect(context().error).toEqual({
      kind: 'timeout',
      message: expect.stringMatching(/^The limit `connectTimeout` of 60000 was exceeded\. Usual causes: /),
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

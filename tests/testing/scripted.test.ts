import { isDeepStrictEqual } from 'node:util';
import { http } from 'msw';
import { setupServer } from 'msw/node';
import { describe, expect, test } from 'vitest';
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  type Gap,
  type Message,
} from '../../index.ts';
import {
  createScriptedResolver,
  createScriptedServer,
  createScriptedTransport,
  createTestClock,
  type ScriptedPeer,
  type TestClock,
} from '../../testing/index.ts';
import { quiet, until } from '../support/until.ts';
import { type Scenario, scenarios } from './scenarios.ts';

/** All that can be seen of a connection and of its peer. */
function watch(connection: Connection, peer: ScriptedPeer, clock: TestClock, gaps: Gap[]) {
  const received: Message[] = [];
  connection.on('*', (message) => received.push(message));
  return () => {
    const { status, retries, retryAt, error, lastEventId, openedAt, closeReason } = connection.state;
    return {
      status,
      retries,
      retryIn: retryAt && retryAt - clock.now(),
      // The system's word for a fault of the network is not the peer's to choose.
      error: error && { ...error.toJSON(), message: error.message.replace(/ \([A-Z_]+\)/, '') },
      lastEventId,
      openedAt,
      closeReason,
      received: [...received],
      gaps: [...gaps],
      requests: peer.requests.map(({ at, lastEventId, method, body, headers }) => {
        return { at, lastEventId, method, body, accept: headers['accept'] };
      }),
      openStreams: peer.openStreams,
      waiting: peer.waiting,
    };
  };
}

type Seen = ReturnType<ReturnType<typeof watch>>;

/** Plays a scenario, and looks after every step. */
async function play(
  { options, steps }: Scenario,
  peer: ScriptedPeer,
  given: readonly [url: string, options?: ConnectionOptions],
  clock: TestClock,
  look: (step: number, see: () => Seen) => Promise<void> | void,
): Promise<void> {
  const gaps: Gap[] = [];
  const [url, more] = given;
  const connection = createConnection(url, {
    ...{ clock, jitter: 'none', onGap: (gap: Gap) => void gaps.push(gap) },
    ...options,
    ...more,
  });
  const see = watch(connection, peer, clock, gaps);
  for (const [n, [step]] of steps.entries()) {
    await step({ connection, peer, clock });
    await look(n, see);
  }
  await connection[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
}

/** Returns what is seen of a connection over the scripted transport, after every step. */
async function seenWithoutNetwork(scenario: Scenario): Promise<Seen[]> {
  const seen: Seen[] = [];
  const clock = createTestClock();
  const peer = createScriptedTransport({ clock });
  await play(scenario, peer, ['/events', { transport: peer.transport }], clock, async (n, see) => {
    // A step of the test alone leads to a request at the most, which takes some promises.
    await clock.advanceAsync(0);
    expect(see(), `step ${n}`).toMatchObject(scenario.steps[n]?.[1] ?? {});
    seen.push(see());
  });
  expect([peer.openStreams, peer.waiting]).toEqual([0, 0]);
  return seen;
}

/** Plays it again at another peer, where the same must be seen. */
async function expectSame(scenario: Scenario, peer: ScriptedPeer, url: string, clock: TestClock) {
  const expected = await seenWithoutNetwork(scenario);
  await play(scenario, peer, [url], clock, async (n, see) => {
    await until(() => isDeepStrictEqual(see(), expected[n])).catch(() => expect(see()).toEqual(expected[n]));
    await quiet(3);
    expect(see(), `step ${n}`).toEqual(expected[n]);
  });
}

describe('to a connection, the scripted transport is the same as', () => {
  test.each(scenarios)('the scripted server: $name', async (scenario) => {
    const clock = createTestClock();
    await using server = await createScriptedServer({ clock });
    await expectSame(scenario, server, server.url, clock);
    await until(() => server.openSockets === 0);
    expect([server.openStreams, server.waiting]).toEqual([0, 0]);
  });

  test.each(scenarios)('the scripted resolver behind MSW: $name', async (scenario) => {
    const clock = createTestClock();
    const scripted = createScriptedResolver({ clock });
    const url = 'http://localhost/events';
    const mocked = setupServer(http.all(url, scripted.resolver));
    mocked.listen({ onUnhandledFrame: 'error' });
    await expectSame(scenario, scripted, url, clock).finally(() => mocked.close());
    await until(() => scripted.openStreams === 0 && scripted.waiting === 0);
  });
});

describe.each([
  ['transport', async () => createScriptedTransport()],
  ['resolver', async () => createScriptedResolver()],
  ['server', () => createScriptedServer()],
] as const)('a scripted %s', (_, create) => {
  test('says what to do when a request does not come', async () => {
    const create = { patience: 20 };
    const peers = [createScriptedTransport(create), createScriptedResolver(create)];
    for (const peer of [...peers, await createScriptedServer(create)]) {
      for (const verb of ['accept', 'stall', 'drop'] as const) {
        await expect(peer[verb]()).rejects.toThrow(
          `No request has come for \`${verb}()\` in 20 ms. Is the connection closed, or does the clock have to be advanced to its next retry?`,
        );
      }
      await expect(peer.refuse(503)).rejects.toThrow('No request has come');
      if ('close' in peer) await peer.close();
    }
  });

  test.each([
    ['send nothing', (peer: ScriptedPeer) => (peer.send as () => Promise<void>)(), /at least one/],
    [
      'send an empty block',
      (peer: ScriptedPeer) => peer.send({}),
      /needs `data`, `id`, `retry` or `comment`/,
    ],
    ['send a number', (peer: ScriptedPeer) => peer.send(1 as never), /a string or an object/],
    ['send null', (peer: ScriptedPeer) => peer.send(null as never), /a string or an object/],
    ['send what JSON cannot hold', (peer: ScriptedPeer) => peer.send({ data: 1n }), /`data` must be/],
    ['send a function', (peer: ScriptedPeer) => peer.send({ data: () => {} }), /`data` must be/],
    ['send an ID of two lines', (peer: ScriptedPeer) => peer.send({ id: '1\n2' }), /`id` must be one line/],
    [
      'send an event that is none',
      (peer: ScriptedPeer) => peer.send({ data: '', event: 1 as never }),
      /`event`/,
    ],
    ['send a comment that is none', (peer: ScriptedPeer) => peer.send({ comment: {} as never }), /`comment`/],
    ['send half a millisecond', (peer: ScriptedPeer) => peer.send({ retry: 0.5 }), /`retry` must be whole/],
    ['refuse with NaN', (peer: ScriptedPeer) => peer.refuse(NaN), /from 200 to 599/],
    ['refuse with 100', (peer: ScriptedPeer) => peer.refuse(100), /from 200 to 599/],
    ['refuse with a redirect', (peer: ScriptedPeer) => peer.refuse(302), /deals with 302 by itself/],
    [
      'refuse for -1 ms',
      (peer: ScriptedPeer) => peer.refuse(503, { retryAfter: -1 }),
      /`retryAfter` must be/,
    ],
    [
      'refuse with no text',
      (peer: ScriptedPeer) => peer.refuse(503, { body: {} as never }),
      /`body` must be/,
    ],
    [
      'refuse with a header that is none',
      (peer: ScriptedPeer) => peer.refuse(503, { headers: { 'retry after': '1' } }),
      /`headers` must be/,
    ],
    [
      'refuse with a header of two lines',
      (peer: ScriptedPeer) => peer.refuse(503, { headers: { 'x-reason': '1\n2' } }),
      /`headers` must be/,
    ],
    [
      'refuse with a stream',
      (peer: ScriptedPeer) => peer.refuse(200, { headers: { 'Content-Type': 'text/event-stream' } }),
      /`accept\(\)` the request/,
    ],
    [
      'accept after a line',
      (peer: ScriptedPeer) => peer.accept({ lastEventId: '\n' }),
      /`lastEventId` must be/,
    ],
  ] as const)('cannot %s', async (_, ask, words) => {
    const peer = await create();
    await expect(ask(peer)).rejects.toThrow(TypeError);
    await expect(ask(peer)).rejects.toThrow(words);
    if ('close' in peer) await peer.close();
  });

  test('has no stream to end when none is open', async () => {
    const peer = await create();
    await expect(peer.end()).rejects.toThrow(/`accept\(\)` a request first/);
    if ('close' in peer) await peer.close();
  });

  test('is set up with what can be, or not at all', () => {
    for (const options of [{ clock: {} as never }, { patience: 0 }, { patience: NaN }]) {
      expect(() => createScriptedTransport(options)).toThrow(TypeError);
      expect(() => createScriptedResolver(options)).toThrow(TypeError);
    }
  });
});

test('verbs that wait are given the requests in their order, even if nobody waited for them', async () => {
  const scripted = createScriptedTransport();
  const said = [scripted.refuse(503), scripted.accept(), scripted.send('1')];
  const clock = createTestClock();
  const connection = createConnection('/events', { clock, transport: scripted.transport });
  await said[0];
  clock.advance(1_000);
  await Promise.all(said);
  await scripted.send('2');
  expect(connection.state).toMatchObject({ status: 'open', lastEventId: '2' });
  connection.close();
});

test('a request that is lost on its way is lost to a client without a connection too', async () => {
  const scripted = createScriptedTransport();
  const transport = scripted.transport({ url: '/events' });
  const request = { lastEventId: '', isReplaying: false, isReplay: () => false };
  const stream = transport(request, new AbortController().signal);
  const lost = expect(stream).rejects.toThrow('The server could not be reached');
  await scripted.drop();
  await lost;
});

test('a scripted transport shows the headers that fetch would send', async () => {
  const options = {
    lastEventId: '7',
    lastEventIdHeader: 'X-Resume-After',
    headers: [
      ['X-Tag', 'a'],
      ['x-tag', 'b'],
      ['x-resume-after', 'mine'],
    ] satisfies [string, string][],
    clock: createTestClock(),
  };
  await using server = await createScriptedServer();
  const scripted = createScriptedTransport();
  await using _ = createConnection(server.url, options);
  await using __ = createConnection('/events', { ...options, transport: scripted.transport });
  await Promise.all([server.stall(), scripted.stall()]);
  const expected = { accept: 'text/event-stream', 'x-tag': 'a, b', 'x-resume-after': '7' };
  expect(scripted.requests[0]?.headers).toEqual(expected);
  expect(server.requests[0]?.headers).toMatchObject(expected);
});

test('one scripted transport serves several connections', async () => {
  const scripted = createScriptedTransport();
  const connections = ['/a', '/b'].map((url) => createConnection(url, { transport: scripted.transport }));
  await scripted.accept();
  await scripted.accept();
  await scripted.send('both');
  expect(connections.map(({ state }) => state.lastEventId)).toEqual(['1', '1']);
  expect(scripted.requests.map(({ url }) => url)).toEqual(['/a', '/b']);
  await scripted.drop();
  expect(connections.map(({ state }) => state.status)).toEqual(['backoff', 'backoff']);
  for (const connection of connections) connection.close();
});

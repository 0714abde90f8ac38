import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AnyActorRef, createActor, setup } from 'xstate';
import {
  type ConnectionOptions,
  type ConnectionState,
  connectionMachine,
  createConnection,
  fetchTransport,
  fromTransport,
  type Supplied,
} from '../../index.ts';
import { createTestClock, type TestClock } from '../../testing/index.ts';
import { type Inspection, inspectConnections } from '../../visualizations/inspect/index.ts';
import { canaries, createLeaks } from '../privacy/canaries.ts';
import {
  type Answer,
  body,
  cut,
  type SseServer,
  startSseServer,
  status,
  stream,
} from '../support/sse-server.ts';
import { until } from '../support/until.ts';
import { createRecordingViewer, type RecordingViewer } from './recording-viewer.ts';

let server: SseServer;
let clock: TestClock;
let viewer: RecordingViewer;
let inspection: Inspection;

beforeEach(async () => {
  server = await startSseServer();
  clock = createTestClock();
  viewer = createRecordingViewer();
  inspection = inspectConnections({ viewer });
});

afterEach(async () => {
  inspection.stop();
  await server[Symbol.asyncDispose]();
});

const headers = {
  authorization: `Bearer ${canaries.token}`,
  [canaries.headerName]: canaries.headerValue,
  cookie: `session=${canaries.cookie}`,
};

const secretMessage = `event: ${canaries.message}\nid: 1\ndata: {"secret":"${canaries.message}"}\n\n`;

const refusal =
  (code: number): Answer =>
  (response) =>
    response
      .writeHead(code, { 'www-authenticate': canaries.answerHeader, 'set-cookie': canaries.answerHeader })
      .end(canaries.answer);

/** Which secrets are in the records, wherever in them. */
function found(): string[] {
  const leaks = createLeaks();
  leaks.watch('records', viewer.records);
  return [...leaks.found(), ...leaks.sightings].sort();
}

async function run(
  wanted: Partial<ConnectionState>,
  options: ConnectionOptions = {},
  url: Supplied<string> = server.url,
): Promise<void> {
  const given = typeof url === 'string' ? `${url}?token=${canaries.query}` : url;
  const connection = createConnection(given, {
    clock,
    headers,
    maxRetries: 1,
    reportError: () => {},
    ...options,
  });
  await until(() => {
    const { state } = connection;
    if (state.status === 'backoff') clock.advance(30_000);
    return Object.entries(wanted).every(([name, value]) => Reflect.get(state, name) === value);
  }, JSON.stringify(wanted));
  await connection[Symbol.asyncDispose]();
}

const delivered = { status: 'open', lastEventId: '1' } as const;

describe('no record shows a header, a token, a query or what a message says, of a connection', () => {
  test.each([
    ['delivers and is dropped', [body(secretMessage), stream], {}, delivered],
    ['is refused with 401', [refusal(401)], {}, { status: 'failed' }],
    ['is refused with 503', [refusal(503)], {}, { status: 'failed' }],
    ['is cut', [cut], {}, { status: 'failed' }],
    ['is ended by 204', [status(204, { 'x-secret': canaries.answerHeader })], {}, { status: 'closed' }],
    [
      'posts',
      [body(secretMessage)],
      { method: 'POST', body: canaries.body },
      { status: 'closed', closeReason: 'ended' },
    ],
    ['gets what is too large', [body(secretMessage)], { maxEventSize: 5 }, { status: 'failed' }],
  ] as [string, Answer[], ConnectionOptions, Partial<ConnectionState>][])(
    'that %s',
    async (_, answers, options, wanted) => {
      server.answer(...answers);
      await run(wanted, options);
      expect(viewer.names()).toContain('/events');
      expect(viewer.records.length).toBeGreaterThan(8);
      expect(found()).toEqual([]);
    },
  );

  test('that refreshes its credentials', async () => {
    let token = canaries.token;
    server.answer((response, request) => {
      const isFresh = request.headers.authorization === canaries.refreshed;
      (isFresh ? stream : refusal(401))(response, request);
    });
    await run(
      { status: 'open' },
      {
        headers: () => ({ authorization: token }),
        refresh: async () => {
          token = canaries.refreshed;
        },
      },
    );
    expect(found()).toEqual([]);
  });

  test('whose own functions throw secrets', async () => {
    await run(
      { status: 'failed' },
      {
        headers: () => {
          throw new Error(canaries.thrown);
        },
      },
    );
    expect(found()).toEqual([]);
  });

  test('whose delays a function of the app makes', async () => {
    server.answer(refusal(503), stream);
    await run({ status: 'open' }, { jitter: Object.assign(() => 5, { token: canaries.token }) });
    expect(viewer.events('request.failed')).toMatchObject([{ event: { jitter: true } }]);
    expect(found()).toEqual([]);
  });

  test('whose URL leads elsewhere, where its last event ID means nothing', async () => {
    server.answer(body(secretMessage), stream);
    const paths = ['', '/elsewhere'];
    await run({ status: 'open', retries: 1 }, {}, () => `${server.url}${paths.shift()}?${canaries.query}`);
    expect(viewer.events('request.moved')).toHaveLength(1);
    expect(found()).toEqual([]);
  });

  test('whose URL holds credentials, or comes from a function', async () => {
    const url = `http://${canaries.user}:${canaries.password}@127.0.0.1/events?${canaries.query}`;
    await run({ status: 'failed' }, {}, url);
    await run({ status: 'failed' }, {}, () => url);
    expect(viewer.names()).toContain('/events');
    expect(viewer.names()).toContain('connection');
    expect(found()).toEqual([]);
  });
});

test('what a user sends, gives or provides beyond what a connection knows is not shown', async () => {
  const connection = connectionMachine.provide({
    actors: { transport: fromTransport(fetchTransport({ url: server.url, headers })) },
  });
  const app = setup({ actors: { connection } }).createMachine({
    context: { token: canaries.token },
    invoke: { id: 'feed', src: 'connection', input: { lastEventId: '7', ...{ token: canaries.token } } },
  });
  const actor = createActor(app, { inspect: inspection.inspect, input: { token: canaries.token } }).start();
  const feed: AnyActorRef | undefined = actor.getSnapshot().children['feed'];
  feed?.send({ type: 'close', token: canaries.token });
  feed?.send({ type: 'custom', token: canaries.token });
  feed?.send({ type: 'constructor', token: canaries.token });
  feed?.send({ type: 'open', at: { token: canaries.token } });
  actor.stop();
  expect(viewer.story('feed')).toEqual(
    expect.arrayContaining(['event xstate.init', 'event close', 'event custom', 'event constructor']),
  );
  expect(found()).toEqual([]);
});

test('only with `payloads` records show what messages say, and nothing else then', async () => {
  inspection = inspectConnections({ viewer, payloads: true });
  server.answer(body(secretMessage), stream);
  await run(delivered);
  expect(found()).toEqual(['records']); // where the message was seen
  const without = viewer.records.filter(
    (one) => one.type === '@xstate.actor' || one.event.type !== 'stream.messages',
  );
  expect(JSON.stringify(without)).not.toContain(canaries.message);
});

import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ConnectionOptions, createConnection } from '../../index.ts';
import { createScriptedTransport, createTestClock } from '../../testing/index.ts';
import { createHistory, type History, limits } from '../../visualizations/viewer/model/history.ts';
import type { Moment } from '../../visualizations/viewer/model/moment.ts';
import { timelineData } from '../../visualizations/viewer/model/timeline-data.ts';
import { factsOf } from '../../visualizations/viewer/text/facts.ts';
import { clockTime, duration } from '../../visualizations/viewer/text/format.ts';
import { change, eventName } from '../../visualizations/viewer/text/labels.ts';
import { detailOf } from '../../visualizations/viewer/text/moment-details.ts';
import { until } from '../support/until.ts';
import { failureRound } from './flood.ts';
import { inspectConnection } from './inspect-connection.ts';

/** A connection whose server and clock the test plays, and what the viewer makes of it. */
function play(options: ConnectionOptions = {}) {
  const clock = createTestClock();
  const server = createScriptedTransport({ clock });
  const history = createHistory();
  const connection = createConnection('/api/events', { ...options, clock, transport: server.transport });
  onTestFinished(async () => {
    if (connection.actor.getSnapshot().status === 'active') await connection[Symbol.asyncDispose]();
  });
  inspectConnection(connection, '/api/events', history.receive, clock.now);
  return { clock, server, history, connection };
}

function momentsOf({ connections }: History, name = '/api/events'): readonly Moment[] {
  return [...connections.values()].find((connection) => connection.name === name)?.moments ?? [];
}

/** The text of the sequence, a line for each moment. */
function tell(history: History): string[] {
  return momentsOf(history).map((moment) =>
    [eventName(moment.event), change(moment), detailOf(moment)].filter(Boolean).join(' | '),
  );
}

function fact(moment: Moment | undefined, term: string): string | undefined {
  return moment && factsOf(moment).find((known) => known.term === term)?.words;
}

describe('the history of a connection', () => {
  it('tells what happened, what it changed and what that means', async () => {
    const { clock, server, history, connection } = play({ maxRetries: 3 });
    await server.accept();
    await server.send('one', 'two');
    clock.advance(5_000);
    await server.drop();
    clock.advanceToNext();
    await server.refuse(503, { retryAfter: 2_000 });
    clock.advanceToNext();
    await server.refuse(403);
    connection.close();

    expect(tell(history)).toEqual([
      'first seen | connecting | it was there before anyone looked',
      'request.ready | connecting | the request is sent',
      'request.accepted | connecting → open.fresh | after 0 ms',
      'stream.messages | open.fresh | 2 messages in 1 chunk · ID 2',
      'stream.progressed | open.fresh | brings news: the retry budget is whole',
      'after stableAfter | open.fresh → open.stable | the retry budget is whole',
      'stream.failed | open.stable → backoff.waiting | network · retry 1 of 3 in 500 ms',
      'after retryDelay | backoff.waiting → connecting | retry 1 of 3',
      'request.ready | connecting | the request is sent',
      'request.failed | connecting → backoff.waiting | 503 · retry 2 of 3 in 3 s',
      'after retryDelay | backoff.waiting → connecting | retry 2 of 3',
      'request.ready | connecting | the request is sent',
      'request.failed | connecting → failed | 403 · gave up',
      'close | failed → closed.inactive | closed by the app',
    ]);
  });

  it('tells how many messages nobody asked for', async () => {
    const { server, history } = play({ events: ['note'] });
    await server.accept();
    await server.send({ event: 'note', data: '' });
    vi.stubEnv('NODE_ENV', 'production'); // without a warning
    await server.send({ event: 'other', data: '' }, { event: 'note', data: '' });
    vi.unstubAllEnvs();
    expect(tell(history).filter((line) => line.startsWith('stream.messages'))).toEqual([
      'stream.messages | open.fresh | 1 message in 1 chunk · ID 1',
      'stream.messages | open.fresh | 1 message in 1 chunk · ID 3 · 1 so far that nobody asked for',
    ]);
  });

  it('keeps the facts of each moment as they were', async () => {
    const { clock, server, history } = play({ maxRetries: 3 });
    await server.accept();
    await server.send('one');
    await server.drop();
    clock.advanceToNext();
    await server.refuse(503, { retryAfter: 2_000 });
    clock.advanceToNext();
    await server.accept();

    const moments = momentsOf(history);
    const lost = moments.find(({ event }) => event.type === 'stream.failed');
    const refused = moments.find(({ event }) => event.type === 'request.failed');
    const open = moments.at(-1);
    expect(lost && factsOf(lost).map(({ term, words }) => `${term}: ${words}`)).toEqual([
      'Status: Backoff, waiting',
      'Stream: none',
      'Retries: 1 of 3',
      'Budget: not whole before news, or after 5 s open',
      'Delay: waits 500 ms: drawn from 0 to 1 s, full jitter',
      expect.stringMatching(/^Error: \S+/),
      'Last event ID: 1',
      'Server asks: for no reconnection time',
    ]);
    expect(fact(refused, 'Delay')).toBe(
      'waits 3 s: 1 s drawn from 0 to 2 s, full jitter, and 2 s that the server asked for',
    );
    expect(fact(refused, 'Error')).toContain('503 · ');
    expect(fact(open, 'Budget')).toBe('whole again with news, or after 5 s open');
    expect(fact(open, 'Stream')).toBe('number 3');
    expect(fact(open, 'Error')).toBe('none');
  });

  it.each([
    ['none', 'waits 2 s: as set, no jitter'],
    ['equal', 'waits 1.5 s: drawn from 1 s to 2 s, equal jitter'],
    ['decorrelated', 'waits 3.5 s: drawn from 1 s to 6 s, decorrelated jitter'],
    [() => 1_234, 'waits 1.23 s: made of 2 s by a function of the app'],
  ] as const)('knows the range that a delay was drawn from, with jitter %s', async (jitter, words) => {
    const { clock, server, history } = play({ jitter });
    await server.refuse(503);
    clock.advanceToNext();
    await server.refuse(503);
    expect(fact(momentsOf(history).at(-1), 'Delay')).toBe(words);
  });

  it('says that a wait is for the server alone once the network has come back', async () => {
    const { clock, server, history, connection } = play();
    await server.refuse(503, { retryAfter: 10_000 });
    clock.advance(4_000);
    connection.actor.send({ type: 'network.online', at: clock.now() });
    expect(fact(momentsOf(history).at(-1), 'Delay')).toBe('waits 6 s: the server allows nothing earlier');
  });

  it('knows the pace that a stream has set with its reconnection time', async () => {
    const { server, history } = play();
    await server.accept();
    await server.send({ retry: 200 });
    await server.drop();
    const lost = momentsOf(history).at(-1);
    expect(fact(lost, 'Delay')).toBe(
      'waits 300 ms: 100 ms drawn from 0 to 200 ms, full jitter, and 200 ms that the server asked for',
    );
    expect(fact(lost, 'Server asks')).toBe('for 200 ms at least, from which delays grow');
  });

  it.each([
    ['full', 'waits 22.5 s, as the network may be there: drawn from 15 s to 30 s, full jitter'],
    ['none', 'waits 30 s, as the network may be there: as set, no jitter'],
  ] as const)(
    'knows when it asks although there seems to be no network, with jitter %s',
    async (jitter, words) => {
      const { clock, server, history, connection } = play({ jitter });
      await server.drop();
      connection.actor.send({ type: 'network.offline', at: clock.now(), random: 0.5 });
      const wait = words.slice('waits '.length, words.indexOf(','));
      expect(tell(history).at(-1)).toBe(
        `network.offline | backoff.waiting → backoff.offline | the retry is given back · waits for the network, but asks once in ${wait}`,
      );
      expect(fact(momentsOf(history).at(-1), 'Delay')).toBe(words);
      clock.advanceToNext();
      expect(tell(history).at(-1)).toBe(
        'after retryDelay | backoff.offline → connecting | asks again, which costs no retry',
      );
    },
  );

  it('says that an attempt failed because there is no network', async () => {
    vi.stubGlobal('navigator', { onLine: false });
    onTestFinished(() => void vi.unstubAllGlobals());
    const { server, history } = play();
    await server.drop();
    expect(tell(history).at(-1)).toBe(
      'request.failed | connecting → backoff.offline | network · waits for the network, but asks once in 22.5 s',
    );
  });

  it('tells how a doubted stream shows that it is alive, or is replaced', async () => {
    const { clock, server, history, connection } = play();
    const doubt = () => connection.actor.send({ type: 'network.online', at: clock.now() });
    await server.accept();
    await server.send('one');
    doubt();
    expect(fact(momentsOf(history).at(-1), 'Status')).toBe('Open, doubted');
    expect(fact(momentsOf(history).at(-1), 'Delay')).toBe('5 s to show that it is alive');
    clock.advance(1_000);
    await server.send({ comment: 'here' });
    doubt();
    clock.advance(5_000);
    const { value } = momentsOf(history).at(-1) ?? {};
    expect(value).toEqual({ live: { open: { replacing: 'verifying' } } });
    expect(fact(momentsOf(history).at(-1), 'Stream')).toBe('number 1, and request 2 is to replace it');
    await server.send({ comment: 'here after all' });
    doubt();
    clock.advance(5_000);
    await server.accept();

    expect(tell(history).slice(5)).toEqual([
      'network.online | open.fresh → open.doubted | it has 5 s to show that it is alive',
      'stream.alive | open.doubted → open.fresh | the stream is alive',
      'network.online | open.fresh → open.doubted | it has 5 s to show that it is alive',
      'after proofTime | open.doubted → open.replacing.verifying | no sign of life · another stream is asked for while this one goes on',
      'request.ready | open.replacing.verifying | the request is sent',
      'stream.alive | open.replacing.verifying → open.fresh | the stream is alive · the other request is dropped',
      'network.online | open.fresh → open.doubted | it has 5 s to show that it is alive',
      'after proofTime | open.doubted → open.replacing.verifying | no sign of life · another stream is asked for while this one goes on',
      'request.ready | open.replacing.verifying | the request is sent',
      'request.accepted | open.replacing.verifying → open.fresh | after 0 ms · takes the place of the other stream',
    ]);
  });

  it('gives a doubted stream more time after each request that was lost, and knows the range', async () => {
    const { clock, server, history, connection } = play();
    await server.accept();
    await server.send('one');
    connection.actor.send({ type: 'network.online', at: clock.now() });
    clock.advance(5_000);
    await server.refuse(503, { retryAfter: 2_000 });
    expect(tell(history).at(-1)).toBe(
      'request.failed | open.replacing.verifying → open.doubted | 503 · the stream goes on, it has 8 s to show that it is alive',
    );
    expect(fact(momentsOf(history).at(-1), 'Delay')).toBe(
      '8 s to show that it is alive: 7 s, and 1 s drawn from 0 to 2 s, full jitter',
    );
    await server.send('two');
    expect(momentsOf(history).at(-1)?.wait).toBe(momentsOf(history).at(-2)?.wait);
  });

  it('drops a stream that shows no life where two of them would look the same', async () => {
    const { clock, server, history, connection } = play();
    await server.accept();
    connection.actor.send({ type: 'network.online', at: clock.now() });
    clock.advance(5_000);
    expect(tell(history).at(-1)).toBe('after proofTime | open.doubted → connecting | no sign of life');
  });

  it('tells how a stream is replaced at the wish of the app, and what becomes of it if it is not', async () => {
    const { clock, server, history, connection } = play();
    const attempts = () => momentsOf(history).filter(({ isAttempt }) => isAttempt).length;
    await server.accept();
    await server.send('one');
    connection.reconnect();
    expect(attempts()).toBe(2);
    await server.accept();
    expect(attempts()).toBe(2);
    connection.reconnect();
    await server.refuse(409);
    expect(attempts()).toBe(3);
    clock.advance(2_000);
    expect(attempts()).toBe(4);
    await server.accept();
    connection.reconnect();
    await server.stall();
    await server.drop();

    expect(tell(history).slice(5)).toEqual([
      'reconnect | open.fresh → open.replacing.reconnecting | another stream is asked for while this one goes on',
      'request.ready | open.replacing.reconnecting | the request is sent',
      'request.accepted | open.replacing.reconnecting → open.fresh | after 0 ms · takes the place of the other stream',
      'reconnect | open.fresh → open.replacing.reconnecting | another stream is asked for while this one goes on',
      'request.ready | open.replacing.reconnecting | the request is sent',
      'request.failed | open.replacing.reconnecting → backoff.waiting | 409 · drops the stream, and asks once more',
      'after retryDelay | backoff.waiting → connecting',
      'request.ready | connecting | the request is sent',
      'request.accepted | connecting → open.fresh | after 1 s',
      'reconnect | open.fresh → open.replacing.reconnecting | another stream is asked for while this one goes on',
      'request.ready | open.replacing.reconnecting | the request is sent',
      'stream.failed | open.replacing.reconnecting → connecting | network · the request on its way goes on alone',
    ]);
  });

  it('tells how credentials are renewed, and that it is a transition of its own', async () => {
    const { clock, server, history } = play({ refresh: () => {}, refreshOn: 'expiring' });
    await server.accept();
    await server.send({ event: 'expiring', data: '' });
    clock.advance(5_000);
    const renewal = momentsOf(history).at(-1);
    expect(renewal?.taken).toMatchObject({ source: 'live.open.stable', event: 'always', guard: 'expires' });
    await until(() => momentsOf(history).at(-1)?.event.type === 'request.ready');
    await server.refuse(503);
    expect(tell(history).slice(4)).toEqual([
      'stream.progressed | open.fresh | brings news: the retry budget is whole',
      'stream.expiring | open.fresh | the credentials expire',
      'after stableAfter | open.fresh → open.replacing.renewing | the retry budget is whole · another stream is asked for, with fresh credentials',
      'request.ready | open.replacing.renewing | the request is sent',
      'request.failed | open.replacing.renewing → open.stable | 503 · the stream goes on, with the credentials that it has',
    ]);
  });

  it('tells that the server no longer knows the last event ID, and that a token was renewed', async () => {
    const { server, history } = play({ lastEventId: '7', refresh: () => {} });
    await server.refuse(410);
    await server.refuse(401);
    await until(() => momentsOf(history).at(-1)?.event.type === 'request.ready');
    await server.accept();
    expect(tell(history).slice(2)).toEqual([
      'request.failed | connecting | 410 · asks again from the start: the last event ID is forgotten',
      'request.ready | connecting | the request is sent',
      'request.failed | connecting | 401 · asks again, with fresh credentials',
      'request.ready | connecting | the request is sent',
      'request.accepted | connecting → open.fresh | after 0 ms',
    ]);
    expect(fact(momentsOf(history).at(-1), 'Last event ID')).toBe('none');
  });

  it('says of an unsafe request that it is not repeated by itself', async () => {
    const { server, history } = play({ method: 'POST' });
    await server.accept();
    expect(fact(momentsOf(history).at(-1), 'Stream')).toBe('number 1; unsafe, not repeated by itself');
    await server.drop();
    expect(tell(history).slice(1)).toEqual([
      'request.ready | connecting | an unsafe request, which is not repeated by itself',
      'request.accepted | connecting → open.fresh | after 0 ms',
      'stream.failed | open.fresh → failed | network · gave up: to ask again may repeat its effect',
    ]);
  });

  it('tells why nothing runs, and what begins it again', async () => {
    const { server, history, connection } = play();
    await server.accept();
    connection.suspend();
    expect(fact(momentsOf(history).at(-1), 'Status')).toBe(
      'Closed, suspended: until its component comes back',
    );
    connection.resume();
    await server.accept();
    connection.close();
    expect(tell(history).slice(3)).toEqual([
      'suspend | open.fresh → closed.suspended | until its component comes back',
      'resume | closed.suspended → connecting',
      'request.ready | connecting | the request is sent',
      'request.accepted | connecting → open.fresh | after 0 ms',
      'close | open.fresh → closed.inactive | closed by the app',
    ]);
  });

  it('draws a band for each stretch in a status, a mark for each request, and the waits', async () => {
    const { clock, server, history } = play({ jitter: 'equal' });
    const start = clock.now();
    await server.accept();
    clock.advance(2_000);
    await server.drop();
    clock.advanceToNext();
    await server.accept();
    clock.advance(1_000);

    const all = { from: start, to: clock.now(), now: clock.now() };
    const timeline = timelineData(momentsOf(history), all);
    const since = (at: number) => at - start;
    expect(timeline.bands.map(({ status, from, to }) => [status, since(from), since(to)])).toEqual([
      ['connecting', 0, 0],
      ['open', 0, 2_000],
      ['backoff', 2_000, 2_750],
      ['connecting', 2_750, 2_750],
      ['open', 2_750, 3_750],
    ]);
    expect(timeline.attempts.map(since)).toEqual([0, 2_750]);
    expect(timeline.waits).toMatchObject([{ floor: 0, draw: { least: 500, most: 1_000, drawn: 750 } }]);

    const later = timelineData(momentsOf(history), { ...all, from: start + 2_500 });
    expect(later.bands.map(({ status }) => status)).toEqual(['backoff', 'connecting', 'open']);
  });

  it('draws beside an open stream when it was doubted, and when another was asked for', async () => {
    const { clock, server, history, connection } = play();
    const start = clock.now();
    await server.accept();
    await server.send('one');
    clock.advance(2_000);
    connection.actor.send({ type: 'network.online', at: clock.now() });
    clock.advance(5_000);
    await until(() => server.requests.length === 2);
    clock.advance(3_000);
    await server.accept();
    clock.advance(1_000);

    const timeline = timelineData(momentsOf(history), { from: start, to: clock.now(), now: clock.now() });
    const since = ({ from, to }: { from: number; to: number }) => [from - start, to - start];
    expect(timeline.bands.map(({ status, ...stretch }) => [status, ...since(stretch)])).toEqual([
      ['connecting', 0, 0],
      ['open', 0, 11_000],
    ]);
    expect(timeline.doubts.map(since)).toEqual([[2_000, 10_000]]);
    expect(timeline.replacements.map(since)).toEqual([[7_000, 10_000]]);
    expect(timeline.attempts.map((at) => at - start)).toEqual([0, 7_000]);
    expect(timeline.waits).toMatchObject([{ kind: 'proof', floor: 5_000, draw: null }]);
  });

  it('ends with the actor', async () => {
    const { server, history, connection } = play();
    await server.accept();
    connection.actor.stop();
    expect(tell(history).at(-1)).toBe('stop | open.fresh → stopped | the actor was stopped');
    expect(timelineData(momentsOf(history), { from: 0, to: Infinity, now: Infinity }).bands).toHaveLength(2);
  });

  it('knows a connection that it meets in the middle, and takes each record once', async () => {
    const { server, history, connection } = play();
    inspectConnection(connection, 'again', history.receive);
    await server.accept();
    expect(history.connections.size).toBe(1);

    const late = createHistory();
    for (const record of [failureRound(2), failureRound(3)]) late.receive(record);
    expect(momentsOf(late, 'flood').map(change)).toEqual(['backoff.waiting', 'backoff.waiting → connecting']);
  });

  it('shows counted traffic at once, whether it comes as an event, as a snapshot or as both', () => {
    const history = createHistory();
    const snapshot = failureRound(1);
    const { snapshot: _, ...event } = { ...snapshot, type: '@xstate.event' };
    history.receive(failureRound(0));
    history.receive(event);
    expect(momentsOf(history, 'flood')).toHaveLength(2);
    history.receive(snapshot);
    history.receive(snapshot);
    expect(momentsOf(history, 'flood').map(({ event: { messages } }) => messages)).toEqual([
      undefined,
      34,
      34,
    ]);
  });
});

describe('a history', () => {
  it('is not disturbed by anything else that may be posted to a window', () => {
    const history = createHistory();
    const record = failureRound(0);
    const cyclic: Record<string, unknown> = { type: '@xstate.snapshot' };
    cyclic['snapshot'] = cyclic;
    const strange = [
      undefined,
      null,
      7,
      'text',
      [],
      {},
      cyclic,
      new Proxy({}, {}),
      { type: '@xstate.microstep' },
      { ...record, sessionId: 7 },
      { ...record, createdAt: 'yesterday' },
      { ...record, createdAt: undefined },
      { ...record, createdAt: '1e300' },
      { ...record, event: null },
      { ...record, snapshot: null },
      { ...record, snapshot: { value: 'idle', context: {} } },
      { ...record, snapshot: { ...record.snapshot, value: { live: { open: { deep: { deeper: 'x' } } } } } },
      { ...record, snapshot: { ...record.snapshot, value: { backoff: 'waiting', other: 'x' } } },
      { ...record, snapshot: { ...record.snapshot, context: { retries: 'many', settings: {} } } },
      { ...record, type: '@xstate.event', sessionId: 'unknown' },
    ];
    for (const value of strange) history.receive(value);
    expect(history.connections.size).toBe(0);
    history.receive(record);
    expect(history.connections.size).toBe(1);
  });

  it('fills in what a record leaves out', () => {
    const history = createHistory();
    const record = failureRound(2);
    const context = { retries: 0, settings: { maxRetries: null }, error: { kind: 'network' } };
    history.receive({ ...record, snapshot: { value: 'failed', context } });
    const [moment] = momentsOf(history, 'flood');
    expect(fact(moment, 'Retries')).toBe('0, without limit');
    expect(fact(moment, 'Error')).toBe('network');
  });

  it(`keeps ${limits.moments} moments of a connection, drops the oldest first, and counts them`, () => {
    const history = createHistory();
    for (let index = 0; index < limits.moments + 7; index += 1) history.receive(failureRound(index));
    const connection = history.connections.get('flood');
    expect(connection).toMatchObject({ dropped: 7 });
    expect(connection?.moments).toHaveLength(limits.moments);
    expect(connection?.moments[0]?.context.lastEventId).toBe('7');
  });

  it(`keeps ${limits.total} moments in all`, () => {
    const history = createHistory();
    const share = limits.moments;
    for (let index = 0; index < limits.total + share; index += 1) {
      history.receive({ ...failureRound(index), sessionId: `connection ${Math.floor(index / share)}` });
    }
    const kept = [...history.connections.values()];
    expect(kept.reduce((sum, { moments }) => sum + moments.length, 0)).toBe(limits.total);
    expect(kept[0]?.sessionId).toBe('connection 1');
    expect(history.droppedConnections).toBe(1);
  });

  it(`keeps ${limits.connections} connections, and drops those first that run no more`, () => {
    const history = createHistory();
    const send = (index: number, event: object = {}) =>
      history.receive({ ...failureRound(0), sessionId: `connection ${index}`, ...event });
    for (let index = 0; index < limits.connections; index += 1) send(index);
    send(3, { type: '@xstate.event', event: { type: 'xstate.stop' } });
    send(limits.connections);
    send(limits.connections + 1);
    expect(history.connections.size).toBe(limits.connections);
    const gone = [0, 1, 2, 3, 4].filter((index) => !history.connections.has(`connection ${index}`));
    expect(gone).toEqual([0, 3]);
    expect(history.droppedConnections).toBe(2);
  });

  it('does not mind a clock that is set back', () => {
    const history = createHistory();
    history.receive({ ...failureRound(0), createdAt: '2000' });
    history.receive({ ...failureRound(1), createdAt: '1000' });
    expect(momentsOf(history, 'flood').map(({ at }) => at)).toEqual([2_000, 2_000]);
  });
});

describe('words of time', () => {
  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [2_310, '2.31 s'],
    [12_440, '12.4 s'],
    [60_000, '1 min'],
    [90_000, '1 min 30 s'],
    [3_600_000, '1 h'],
    [5_400_000, '1 h 30 min'],
  ])('%d ms is %s', (length, words) => expect(duration(length)).toBe(words));

  it('gives the time of day to the millisecond', () => {
    expect(clockTime(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006');
  });
});

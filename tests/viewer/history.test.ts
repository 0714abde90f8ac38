import { describe, expect, it, onTestFinished } from 'vitest';
import { type ConnectionOptions, createConnection } from '../../index.ts';
import { createScriptedTransport, createTestClock } from '../../testing/index.ts';
import { tapeOf } from '../../visualizations/viewer/bands.ts';
import { factsOf } from '../../visualizations/viewer/facts.ts';
import { createHistory, type History, limits } from '../../visualizations/viewer/history.ts';
import type { Moment } from '../../visualizations/viewer/moment.ts';
import { change, clockTime, detailOf, duration, eventName } from '../../visualizations/viewer/words.ts';
import { failureRound } from './flood.ts';
import { inspect } from './inspected.ts';

/** A connection whose server and clock the test plays, and what the viewer makes of it. */
function play(options: ConnectionOptions = {}) {
  const clock = createTestClock();
  const server = createScriptedTransport({ clock });
  const history = createHistory();
  const connection = createConnection('/api/events', { ...options, clock, transport: server.transport });
  onTestFinished(async () => {
    if (connection.actor.getSnapshot().status === 'active') await connection[Symbol.asyncDispose]();
  });
  inspect(connection, '/api/events', history.receive, clock.now);
  return { clock, server, history, connection };
}

function momentsOf({ connections }: History, name = '/api/events'): readonly Moment[] {
  return [...connections.values()].find((connection) => connection.name === name)?.moments ?? [];
}

/** What the sequence says, a line for each moment. */
function tell(history: History): string[] {
  const moments = momentsOf(history);
  return moments.map((moment, index) => {
    const detail = detailOf(moment, moments[index - 1]);
    return [eventName(moment.event), change(moment), detail].filter(Boolean).join(' | ');
  });
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
      'transport.opened | connecting → open.fresh | after 0 ms',
      'transport.messages | open.fresh | 2 messages in 1 chunk · ID 2',
      'after stableAfter | open.fresh → open.stable | the retry budget is whole',
      'transport.failed | open.stable → backoff.waiting | network · retry 1 of 3 in 500 ms',
      'after retryDelay | backoff.waiting → connecting | retry 1 of 3',
      'transport.failed | connecting → backoff.waiting | 503 · retry 2 of 3 in 3 s',
      'after retryDelay | backoff.waiting → connecting | retry 2 of 3',
      'transport.failed | connecting → failed | 403 · gave up',
      'close | failed → closed.inactive | closed by the app',
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

    const [, , , lost, , refused, , open] = momentsOf(history);
    expect(lost && factsOf(lost).map(({ term, words }) => `${term}: ${words}`)).toEqual([
      'Status: Backoff, waiting',
      'Retries: 1 of 3',
      'Budget: not whole until open for 5 s',
      'Delay: waits 500 ms: drawn from 0 to 1 s, full jitter',
      expect.stringMatching(/^Error: \S+/),
      'Last event ID: 1',
      'Server asks: for no reconnection time',
    ]);
    expect(fact(refused, 'Delay')).toBe(
      'waits 3 s: 1 s drawn from 0 to 2 s, full jitter, and 2 s that the server asked for',
    );
    expect(fact(refused, 'Error')).toContain('503 · ');
    expect(fact(open, 'Budget')).toBe('whole again once it was open for 5 s');
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

  it('says what a stream was told, such as to give a sign of life', async () => {
    const { clock, server, history, connection } = play();
    await server.accept();
    connection.actor.send({ type: 'network.online', at: clock.now() });
    expect(tell(history).at(-1)).toBe('network.online | open.fresh | the stream has to give a sign of life');
  });

  it('counts a request for a stream that takes the place of another as an attempt', async () => {
    const { server, history, connection } = play();
    await server.accept();
    await server.send('one');
    connection.reconnect();
    expect(momentsOf(history).filter(({ isAttempt }) => isAttempt)).toHaveLength(2);
    expect(tell(history).at(-1)).toBe(
      'reconnect | open.fresh | another stream is opened while this one goes on',
    );
    await server.accept();
    expect(momentsOf(history).filter(({ isAttempt }) => isAttempt)).toHaveLength(2);
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
    const tape = tapeOf(momentsOf(history), all);
    const since = (at: number) => at - start;
    expect(tape.bands.map(({ status, from, to }) => [status, since(from), since(to)])).toEqual([
      ['connecting', 0, 0],
      ['open', 0, 2_000],
      ['backoff', 2_000, 2_750],
      ['connecting', 2_750, 2_750],
      ['open', 2_750, 3_750],
    ]);
    expect(tape.attempts.map(since)).toEqual([0, 2_750]);
    expect(tape.waits).toMatchObject([{ floor: 0, draw: { least: 500, most: 1_000, drawn: 750 } }]);

    const later = tapeOf(momentsOf(history), { ...all, from: start + 2_500 });
    expect(later.bands.map(({ status }) => status)).toEqual(['backoff', 'connecting', 'open']);
  });

  it('ends with the actor', async () => {
    const { server, history, connection } = play();
    await server.accept();
    connection.actor.stop();
    expect(tell(history).at(-1)).toBe('stop | open.fresh → stopped | the actor was stopped');
    expect(tapeOf(momentsOf(history), { from: 0, to: Infinity, now: Infinity }).bands).toHaveLength(2);
  });

  it('knows a connection that it meets in the middle, and takes each record once', async () => {
    const { server, history, connection } = play();
    inspect(connection, 'again', history.receive);
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

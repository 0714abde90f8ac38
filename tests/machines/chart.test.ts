import { describe, expect, test } from 'vitest';
import { createActor, fromCallback } from 'xstate';
import { chartStates, chartTransitions, choose } from '../../machines/chart.ts';
import { type ConnectionEvent, connectionMachine } from '../../machines/connection.ts';

describe('the states', () => {
  test('are listed each before the states inside it, with their status', () => {
    expect(chartStates().map(({ path, status, initial }) => [path, status, initial])).toEqual([
      ['', undefined, 'closed'],
      ['live', undefined, 'live.connecting'],
      ['live.connecting', 'connecting', undefined],
      ['live.open', 'open', 'live.open.fresh'],
      ['live.open.fresh', undefined, undefined],
      ['live.open.stable', undefined, undefined],
      ['live.open.doubted', undefined, undefined],
      ['live.open.replacing', undefined, 'live.open.replacing.reconnecting'],
      ['live.open.replacing.reconnecting', undefined, undefined],
      ['live.open.replacing.verifying', undefined, undefined],
      ['live.open.replacing.renewing', undefined, undefined],
      ['backoff', 'backoff', 'backoff.waiting'],
      ['backoff.waiting', undefined, undefined],
      ['backoff.offline', undefined, undefined],
      ['failed', 'failed', undefined],
      ['closed', 'closed', 'closed.inactive'],
      ['closed.inactive', undefined, undefined],
      ['closed.paused', undefined, undefined],
      ['closed.suspended', undefined, undefined],
    ]);
  });

  test('list their actors, and their entry and exit actions, without the timers of XState', () => {
    const facts = (wanted: string) => {
      const state = chartStates().find(({ path }) => path === wanted);
      return [state?.invokes, state?.entry, state?.exit];
    };
    expect(facts('live')).toEqual([['environment'], ['sendRequest'], ['dropRequest', 'dropStream']]);
    expect(facts('live.open.stable')).toEqual([[], ['restoreBudget', 'settleStream'], []]);
    expect(facts('live.open.replacing.renewing')).toEqual([[], ['sendRequest {"refresh":true}'], []]);
    expect(facts('live.open.fresh')).toEqual([[], [], []]);
    expect(facts('backoff.waiting')).toEqual([[], [], []]);
  });
});

describe('the transitions', () => {
  const from = (source: string, event: string) =>
    chartTransitions()
      .filter((transition) => transition.source === source && transition.event === event)
      .map(({ source: _, event: __, ...rest }) => rest);

  test('of the statechart as a whole start from any state', () => {
    const actions = ['recordClose', 'announceClosed'];
    expect(from('', 'close')).toEqual([
      { delay: undefined, guard: undefined, target: 'closed', actions, reenters: false },
    ]);
  });

  test('come in the order in which they are tried', () => {
    const failed = from('live.open', 'stream.failed').map(({ guard, target, reenters }) => [
      guard,
      target,
      reenters,
    ]);
    expect(failed).toEqual([
      ['isFinished', 'closed', false],
      ['canRefresh', 'live', true],
      ['canRestart', 'live', true],
      ['isRefused', 'failed', false],
      ['isOffline', 'backoff.offline', false],
      ['isExhausted', 'failed', false],
      [undefined, 'backoff', false],
    ]);
  });

  test('have the delay that they wait for, or none', () => {
    const target = 'live.open.stable';
    expect(from('live.open.fresh', 'after stableAfter')).toEqual([
      { delay: 'stableAfter', guard: undefined, target, actions: [], reenters: false },
    ]);
    expect(from('closed.inactive', 'always')).toMatchObject([{ guard: 'isImmediate', target: 'live' }]);
  });

  test('may leave the state as it is', () => {
    const actions = ['recordExpiry'];
    expect(from('live.open', 'stream.expiring')).toEqual([
      { delay: undefined, guard: undefined, target: undefined, actions, reenters: false },
    ]);
  });
});

describe('the transition for an event', () => {
  function open(lastEventId = '') {
    const machine = connectionMachine.provide({ actors: { transport: fromCallback(() => {}) } });
    const actor = createActor(machine, { input: { lastEventId } }).start();
    actor.send({ type: 'request.accepted', at: 1 });
    return actor.getSnapshot();
  }
  const refused: ConnectionEvent = {
    type: 'stream.failed',
    error: { kind: 'forbidden', message: '' },
    at: 2,
    random: 0.5,
  };

  test('is the first one whose guard holds, with the answers of all guards before it', () => {
    const { taken, guards } = choose(open(), refused);
    expect(taken).toMatchObject({ source: 'live.open', guard: 'isRefused', target: 'failed' });
    expect(guards).toEqual([
      ['isFinished', false],
      ['canRefresh', false],
      ['canRestart', false],
      ['isRefused', true],
    ]);
  });

  test('is that of the innermost state, and that of an outer state only if the inner one has none', () => {
    expect(choose(open('7'), { type: 'reconnect' }).taken).toMatchObject({ source: 'live.open' });
    const { taken, guards } = choose(open(), { type: 'reconnect' });
    expect(taken).toMatchObject({ source: '', target: 'live' });
    expect(guards).toEqual([['canReplace', false]]);
  });

  test('is none for an event that no active state handles', () => {
    expect(choose(open(), { type: 'open' })).toEqual({ taken: undefined, guards: [] });
  });

  test('may also be an eventless one', () => {
    const snapshot = open();
    const value = { live: { open: 'stable' } };
    const context = { ...snapshot.context, credentials: 'expiring' } as const;
    expect(choose({ value, context }, { type: 'open' }, true)).toMatchObject({
      taken: { source: 'live.open.stable', event: 'always' },
      guards: [['expires', true]],
    });
    expect(choose({ value, context: snapshot.context }, { type: 'open' }, true)).toEqual({
      taken: undefined,
      guards: [['expires', false]],
    });
  });
});

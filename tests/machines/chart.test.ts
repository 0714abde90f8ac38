import { describe, expect, test } from 'vitest';
import { createActor, fromCallback } from 'xstate';
import { chartStates, chartTransitions, choose } from '../../machines/chart.ts';
import { type ConnectionEvent, connectionMachine } from '../../machines/connection.ts';

describe('the states', () => {
  test('come each before the states inside it, with the status that they stand for', () => {
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

  test('name what runs in them, and what is done on the way in and out, without the timers of XState', () => {
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

  test('start from any state, where the statechart as a whole answers', () => {
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

  test('know the delay that they wait for, and that some wait for nothing', () => {
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

describe('what the statechart makes of an event', () => {
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

  test('is the first transition whose guard holds, after all that were asked before it', () => {
    const { taken, guards } = choose(open(), refused);
    expect(taken).toMatchObject({ source: 'live.open', guard: 'isRefused', target: 'failed' });
    expect(guards).toEqual([
      ['isFinished', false],
      ['canRefresh', false],
      ['canRestart', false],
      ['isRefused', true],
    ]);
  });

  test('is what the innermost state says, and what is around it only if that says nothing', () => {
    expect(choose(open('7'), { type: 'reconnect' }).taken).toMatchObject({ source: 'live.open' });
    const { taken, guards } = choose(open(), { type: 'reconnect' });
    expect(taken).toMatchObject({ source: '', target: 'live' });
    expect(guards).toEqual([['canReplace', false]]);
  });

  test('is nothing for an event that no active state knows', () => {
    expect(choose(open(), { type: 'open' })).toEqual({ taken: undefined, guards: [] });
  });

  test('is also what it does of itself', () => {
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

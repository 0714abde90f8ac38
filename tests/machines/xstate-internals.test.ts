import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type AnyActor,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  assertEvent,
  createActor,
  emit,
  enqueueActions,
  fromCallback,
  initialTransition,
  setup,
  transition,
} from 'xstate';
import xstate from 'xstate/package.json' with { type: 'json' };
import {
  askGuard,
  builtInEffect,
  delayOf,
  isActor,
  namesIn,
  parentOf,
  releaseHandledEvents,
  startEvent,
  stopEvent,
  transitionsOf,
} from '../../machines/xstate-internals.ts';

const here = 'machines/xstate-internals.ts has to follow.';

/** The message of a test when XState does otherwise than it did. */
const since = (what: string) => `XState ${xstate.version} ${what}; ${here}`;

setFlagsFromString('--expose-gc');
const gc: (options: { type: 'minor' }) => void = runInNewContext('gc');

type Numbers = { readonly type: 'numbers'; readonly numbers: readonly number[] };

const machine = setup({
  types: {} as { events: Numbers | { type: 'go' | 'back' | 'tell' }; emitted: Numbers },
  actors: { child: fromCallback(() => {}) },
  guards: { never: () => false, isGo: ({ event }) => event.type === 'go' },
  delays: { aWhile: 1_000 },
  actions: {
    pass: emit(({ event }) => {
      assertEvent(event, 'numbers');
      return event;
    }),
    start: enqueueActions(({ enqueue }) => {
      enqueue.spawnChild('child', { id: 'child 1', input: 7 });
    }),
    tell: enqueueActions(({ enqueue }) => enqueue.sendTo('child 1', { type: 'hello' })),
    end: enqueueActions(({ enqueue }) => enqueue.stopChild('child 1')),
  },
}).createMachine({
  on: { numbers: { actions: 'pass' } },
  initial: 'away',
  states: {
    away: {
      on: {
        go: [
          { guard: 'never', target: 'away' },
          { guard: 'isGo', target: 'there', actions: 'start' },
        ],
      },
    },
    there: {
      after: { aWhile: 'away' },
      always: { guard: 'never', target: 'away' },
      on: { back: { target: 'away', actions: 'end' }, tell: { actions: 'tell' } },
    },
  },
});

let actor: AnyActor | undefined;

afterEach(() => actor?.stop());

describe('of a statechart', () => {
  const { away, there } = machine.root.states;

  test('the transitions are found', () => {
    const found = (eventType?: string) =>
      transitionsOf(there as typeof machine.root, eventType).map((one) => one.eventType);
    const says = since('keeps the transitions of a state elsewhere');
    expect(
      found().map((type) => delayOf(type) ?? type),
      says,
    ).toEqual(['back', 'tell', 'aWhile', '']);
    expect(found(''), says).toEqual(['']);
    expect(found('back'), says).toEqual(['back']);
    expect(found('go'), says).toEqual([]);
    const guards = transitionsOf(away as typeof machine.root, 'go').map(({ guard }) => guard);
    expect(guards, since('keeps guards elsewhere')).toEqual(['never', 'isGo']);
  });

  test('the names of what it was set up with are found, and its guards are asked', () => {
    const says = since('keeps implementations elsewhere');
    expect(namesIn(machine, 'guards'), says).toEqual(['never', 'isGo']);
    expect(namesIn(machine, 'delays'), says).toEqual(['aWhile']);
    expect(namesIn(machine, 'actors'), says).toEqual(['child']);
    expect(namesIn(machine, 'actions'), says).toEqual(['pass', 'start', 'tell', 'end']);
    expect(askGuard(machine, 'isGo', { event: { type: 'go' } }), says).toBe(true);
    expect(askGuard(machine, 'isGo', { event: { type: 'back' } }), says).toBe(false);
  });

  test('what a transition brings about is known', () => {
    const effects = (actions: readonly { type: string; params: unknown }[]) =>
      actions.map(builtInEffect).filter((effect) => effect !== undefined);
    const says = since('calls its own actions otherwise');
    const [first] = initialTransition(machine);
    const [second, started] = transition(machine, first, { type: 'go' });
    const timer = expect.stringMatching(/^xstate\.after\.aWhile\./);
    expect(effects(started), says).toEqual([
      { kind: 'spawn', id: 'child 1', src: 'child', input: 7 },
      { kind: 'delay', event: expect.objectContaining({ type: timer }), delay: 1_000 },
    ]);
    const [, told] = transition(machine, second, { type: 'tell' });
    expect(effects(told), says).toEqual([{ kind: 'send', to: 'child 1', event: { type: 'hello' } }]);
    const [, ended] = transition(machine, second, { type: 'back' });
    expect(effects(ended), says).toEqual([
      { kind: 'cancel', id: timer },
      { kind: 'stop', id: 'child 1' },
    ]);
    expect(effects([{ type: 'pass', params: undefined }]), says).toEqual([]);
  });
});

describe('of an actor', () => {
  test('the parent is found', () => {
    actor = createActor(machine as AnyStateMachine).start();
    actor.send({ type: 'go' });
    const { children } = actor.getSnapshot() as AnyMachineSnapshot;
    const child = children['child 1'];
    const says = since('does not tell the parent of an actor by `_parent`');
    expect(child && isActor(child) && parentOf(child), says).toBe(actor);
    expect(parentOf(actor), says).toBeUndefined();
  });

  test('the first event and the last are known', () => {
    const types: string[] = [];
    actor = createActor(machine, {
      inspect: (event) => {
        if (event.type === '@xstate.snapshot') types.push(event.event.type);
      },
    }).start();
    actor.stop();
    expect(types, since('starts and stops actors with other events')).toEqual([startEvent, stopEvent]);
  });

  test('listeners to emitted events are called before subscribers get the state', () => {
    const heard: string[] = [];
    const numbers = createActor(machine);
    actor = numbers;
    numbers.on('numbers', () => heard.push('emitted'));
    numbers.subscribe(() => heard.push('state'));
    numbers.start();
    heard.length = 0;
    numbers.send({ type: 'numbers', numbers: [1] });
    const says = `XState ${xstate.version} calls listeners in another order; adapters/view-store.ts relies on it.`;
    expect(heard, says).toEqual(['emitted', 'state']);
  });

  test('what was sent is handled, and freed by the next small collection', () => {
    const numbers = createActor(releaseHandledEvents(machine)).start();
    actor = numbers;
    let handled = 0;
    numbers.on('numbers', ({ numbers }) => {
      handled += numbers.length;
    });
    const freed = () => {
      gc({ type: 'minor' });
      gc({ type: 'minor' });
      return process.memoryUsage().heapUsed;
    };
    const before = freed();
    for (let batch = 0; batch < 10; batch += 1) {
      numbers.send({ type: 'numbers', numbers: Array.from({ length: 10_000 }, () => Math.random()) });
    }
    expect(handled).toBe(100_000);
    const says = since('holds on to handled events by other means than `actionExecutor`');
    expect(freed() - before, says).toBeLessThan(400_000); // of more than 800 KB
  });
});

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { assertEvent, createActor, emit, setup } from 'xstate';
import { unretained } from '../../machines/unretained.ts';

setFlagsFromString('--expose-gc');
const gc: (options: { type: 'minor' }) => void = runInNewContext('gc');

type Numbers = { readonly type: 'numbers'; readonly numbers: readonly number[] };

const machine = setup({
  types: {} as { events: Numbers; emitted: Numbers },
  actions: {
    pass: emit(({ event }) => {
      assertEvent(event, 'numbers');
      return event;
    }),
  },
}).createMachine({ on: { numbers: { actions: 'pass' } } });

test('what was sent is handled, and freed by the next small collection', () => {
  const actor = createActor(unretained(machine)).start();
  let handled = 0;
  actor.on('numbers', ({ numbers }) => {
    handled += numbers.length;
  });
  const freed = () => {
    gc({ type: 'minor' });
    gc({ type: 'minor' });
    return process.memoryUsage().heapUsed;
  };
  const before = freed();
  for (let batch = 0; batch < 10; batch += 1) {
    actor.send({ type: 'numbers', numbers: Array.from({ length: 10_000 }, () => Math.random()) });
  }
  expect(handled).toBe(100_000);
  expect(freed() - before).toBeLessThan(400_000); // of more than 800 KB
});

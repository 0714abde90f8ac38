import { expect, test } from 'vitest';
import { Listeners } from '../../adapters/listeners.ts';

function create() {
  const heard: string[] = [];
  const faults: unknown[] = [];
  const listeners = new Listeners<number>();
  const hear = (name: string) => (value: number) => void heard.push(`${name} ${value}`);
  const call = (value: number) => listeners.call(value, (fault) => faults.push(fault));
  return { heard, faults, listeners, hear, call };
}

test('are called in the order in which they came', () => {
  const { heard, listeners, hear, call } = create();
  listeners.add(hear('a'));
  listeners.add(hear('b'));
  call(1);
  expect(heard).toEqual(['a 1', 'b 1']);
});

test('one that is added twice is called once, and either function removes it', () => {
  const { heard, listeners, hear, call } = create();
  const a = hear('a');
  const [first, second] = [listeners.add(a), listeners.add(a)];
  call(1);
  second();
  call(2);
  listeners.add(a);
  first(); // was of another time
  call(3);
  expect(heard).toEqual(['a 1', 'a 3']);
});

test('one that another adds is called from the next time on', () => {
  const { heard, listeners, hear, call } = create();
  let added = false;
  listeners.add(() => {
    if (!added) listeners.add(hear('late'));
    added = true;
  });
  call(1);
  call(2);
  expect(heard).toEqual(['late 2']);
});

test('one that another removes is not called any more, whatever was added meanwhile', () => {
  const { heard, listeners, hear, call } = create();
  const removals: (() => void)[] = [];
  listeners.add(() => {
    listeners.add(hear('late'));
    for (const remove of removals) remove();
  });
  removals.push(listeners.add(hear('b')));
  listeners.add(hear('c'));
  call(1);
  expect(heard).toEqual(['c 1']);
});

test('one that throws is reported, and the others are called', () => {
  const { heard, faults, listeners, hear, call } = create();
  listeners.add(() => {
    throw new Error('a fault');
  });
  listeners.add(hear('b'));
  call(1);
  expect([heard, faults]).toEqual([['b 1'], [new Error('a fault')]]);
});

test('those who have gone cost nothing', () => {
  /** How long a thousand calls take, in milliseconds. */
  function callTime(gone: number): number {
    const { listeners, hear, call } = create();
    for (let count = 0; count < gone; count += 1) listeners.add(hear('gone'))();
    listeners.add(() => {});
    const begin = performance.now();
    for (let count = 0; count < 1_000; count += 1) call(count);
    return performance.now() - begin;
  }

  let fresh = Infinity;
  let used = Infinity;
  // The least of several: a busy machine makes any of them long.
  for (let round = 0; round < 20 && !(used / fresh < 20); round += 1) {
    fresh = Math.min(fresh, callTime(0));
    used = Math.min(used, callTime(3_000));
  }
  expect(used / fresh).toBeLessThan(20); // if they were still called, a thousand
});

import { afterEach, describe, expect, test, vi } from 'vitest';
import { createActor, createMachine } from 'xstate';
import { createConnection } from '../../index.ts';
import { createScriptedTransport, createTestClock, type TestClock } from '../../testing/index.ts';

/** Every time that something happens, by its name. */
function diary(clock: TestClock) {
  const lines: string[] = [];
  return { lines, note: (name: string) => () => void lines.push(`${name} ${clock.now()}`) };
}

describe('advance', () => {
  test('fires every timer at its own time, those too that a timer starts', () => {
    const clock = createTestClock({ now: 0 });
    const { lines, note } = diary(clock);
    clock.setTimeout(note('late'), 31);
    clock.setTimeout(note('b'), 10);
    clock.setTimeout(note('c'), 10);
    clock.setTimeout(() => {
      note('a')();
      clock.setTimeout(() => {
        note('a2')();
        clock.setTimeout(note('a3'), 0);
      }, 20);
    }, 5);
    clock.advance(30);
    expect(lines).toEqual(['a 5', 'b 10', 'c 10', 'a2 25', 'a3 25']);
    expect([clock.now(), clock.pending, clock.nextAt]).toEqual([30, 1, 31]);
    clock.advanceToNext();
    expect([lines.at(-1), clock.pending, clock.nextAt]).toEqual(['late 31', 0, null]);
  });

  test('fires no timer that was cleared, not even by one at the same instant', () => {
    const clock = createTestClock();
    const { lines, note } = diary(clock);
    clock.setTimeout(() => clock.clearTimeout(second), 10);
    const second = clock.setTimeout(note('second'), 10);
    clock.clearTimeout(clock.setTimeout(note('third'), 5));
    clock.clearTimeout(undefined);
    clock.advance(100);
    expect([lines, clock.pending]).toEqual([[], 0]);
  });

  test.each([NaN, -1, -Infinity, Infinity, 2 ** 31, undefined])(
    'a delay of %s is none, as with any setTimeout',
    (delay) => {
      const clock = createTestClock();
      const { lines, note } = diary(clock);
      clock.setTimeout(note('fired'), delay);
      expect(clock.nextAt).toBe(clock.now());
      clock.advance(0);
      expect(lines).toHaveLength(1);
    },
  );

  test('a timer that throws loses no other one, and is heard of in the end', () => {
    const clock = createTestClock({ now: 0 });
    const { lines, note } = diary(clock);
    const fault = new Error('the first');
    clock.setTimeout(() => {
      throw fault;
    }, 1);
    clock.setTimeout(note('the second'), 2);
    expect(() => clock.advance(10)).toThrow(fault);
    expect([lines, clock.now()]).toEqual([['the second 2'], 10]);

    for (const name of ['one', 'two']) {
      clock.setTimeout(() => {
        throw new Error(name);
      }, 1);
    }
    expect(() => clock.advance(1)).toThrow(AggregateError);
  });

  test('a timer that starts itself again and again without a delay ends in an error that says so', async () => {
    const clock = createTestClock();
    const again = () => void clock.setTimeout(again, 0);
    again();
    expect(() => clock.advance(1)).toThrow(/started another without a delay, 1000 times/);
    await expect(clock.advanceAsync(1)).rejects.toThrow(/without a delay/);
  });

  test('any number of timers may be due at once, and a chain of any length that takes its time', () => {
    const clock = createTestClock({ now: 0 });
    let fired = 0;
    for (let timer = 0; timer < 3_000; timer += 1) clock.setTimeout(() => (fired += 1), 7);
    const step = () => {
      fired += 1;
      if (fired < 6_000) clock.setTimeout(step, 1);
    };
    clock.setTimeout(step, 8);
    clock.advance(10_000);
    expect(fired).toBe(6_000);
  });

  test('may be called by a timer', () => {
    const clock = createTestClock({ now: 0 });
    const { lines, note } = diary(clock);
    clock.setTimeout(() => clock.advance(50), 10);
    clock.setTimeout(note('inner'), 20);
    clock.setTimeout(note('outer'), 61);
    clock.advance(60);
    expect([lines, clock.now()]).toEqual([['inner 20'], 60]);
  });
});

describe('advanceAsync', () => {
  test('steps a chain that goes on through promises, which advance cannot', async () => {
    for (const [how, expected] of [
      ['advance', 1],
      ['advanceAsync', 5],
    ] as const) {
      const clock = createTestClock();
      let steps = 0;
      const step = async () => {
        steps += 1;
        for (let promise = 0; promise < 5; promise += 1) await null;
        clock.setTimeout(step, 100);
      };
      clock.setTimeout(step, 100);
      await clock[how](500);
      expect(steps).toBe(expected);
    }
  });

  test('takes a connection with asynchronous headers through several retries', async () => {
    const clock = createTestClock();
    const scripted = createScriptedTransport({ clock });
    const connection = createConnection('/events', {
      clock,
      jitter: 'none',
      transport: scripted.transport,
      headers: async () => ({ authorization: await Promise.resolve('Bearer 1') }),
    });
    for (let refusal = 0; refusal < 3; refusal += 1) void scripted.refuse(503);
    await clock.advanceAsync(7_000);
    expect(scripted.requests.map(({ at }) => at - 1_000_000)).toEqual([0, 1_000, 3_000, 7_000]);
    connection.close();
    expect(clock.pending).toBe(0);
  });

  test('hears of a timer that throws', async () => {
    const clock = createTestClock();
    clock.setTimeout(() => {
      throw new Error('oh');
    }, 1);
    await expect(clock.advanceAsync(1)).rejects.toThrow('oh');
  });

  describe('under the fake timers of the runner', () => {
    afterEach(() => vi.useRealTimers());

    test('goes on', async () => {
      vi.useFakeTimers();
      const clock = createTestClock();
      const fired = vi.fn();
      clock.setTimeout(fired, 10);
      await clock.advanceAsync(10);
      expect(fired).toHaveBeenCalled();
    });

    test('goes on even if they were there before the package was loaded', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
      vi.resetModules();
      const late = await import('../../testing/index.ts');
      const clock = late.createTestClock();
      const scripted = late.createScriptedTransport({ clock });
      const connection = createConnection('/events', { clock, transport: scripted.transport });
      await scripted.refuse(503);
      expect(connection.state.status).toBe('backoff');
      await clock.advanceAsync(1_000);
      await scripted.accept();
      await scripted.end();
      expect(connection.state.status).toBe('backoff');
      connection.close();
    });
  });
});

test('a machine that slept fires what was due meanwhile when it is awake again', () => {
  const clock = createTestClock({ now: 0 });
  const { lines, note } = diary(clock);
  clock.setTimeout(note('due at 10'), 10);
  clock.passUnnoticed(3_600_000);
  expect([lines, clock.nextAt, clock.now()]).toEqual([[], 10, 3_600_000]);
  clock.advance(0);
  expect(lines).toEqual(['due at 10 3600000']);
  clock.setTimeout(note('next'), 10);
  clock.passUnnoticed(1_000);
  clock.advanceToNext();
  expect(lines.at(-1)).toBe('next 3601000');
});

describe('chance', () => {
  test('is a half, a number, one after another of which the last stays, or what a function makes', () => {
    const draws = (clock: TestClock) => [clock.random(), clock.random(), clock.random()];
    expect(draws(createTestClock())).toEqual([0.5, 0.5, 0.5]);
    expect(draws(createTestClock({ random: 0 }))).toEqual([0, 0, 0]);
    expect(draws(createTestClock({ random: [0.1, 0.2] }))).toEqual([0.1, 0.2, 0.2]);
    let next = 0;
    expect(draws(createTestClock({ random: () => (next += 0.25) }))).toEqual([0.25, 0.5, 0.75]);
    const clock = createTestClock();
    clock.setRandom([0.9, 0.8]);
    expect(draws(clock)).toEqual([0.9, 0.8, 0.8]);
  });

  test('spreads the delays of a connection', async () => {
    const clock = createTestClock({ random: 0.25 });
    const scripted = createScriptedTransport({ clock });
    const connection = createConnection('/events', { clock, transport: scripted.transport });
    await scripted.refuse(503);
    expect(connection.state.retryAt).toBe(clock.now() + 250);
    connection.close();
  });
});

test('is a clock for any XState actor', () => {
  const clock = createTestClock();
  const machine = createMachine({
    initial: 'red',
    states: { red: { after: { 30000: 'green' } }, green: {} },
  });
  const actor = createActor(machine, { clock }).start();
  clock.advance(29_999);
  expect(actor.getSnapshot().value).toBe('red');
  clock.advance(1);
  expect(actor.getSnapshot().value).toBe('green');
});

describe('what cannot be is refused with a word on what can', () => {
  const clock = createTestClock();
  test.each([
    ['advance by NaN', () => clock.advance(NaN), RangeError, /0 milliseconds or more, not by NaN/],
    ['advance by less than nothing', () => clock.advance(-1), RangeError, /not by -1/],
    ['advance for ever', () => clock.advance(Infinity), RangeError, /not by Infinity/],
    ['sleep backwards', () => clock.passUnnoticed(-1), RangeError, /not by -1/],
    ['advance to nothing', () => clock.advanceToNext(), Error, /No timer waits/],
    ['a draw of 1', () => createTestClock({ random: 1 }), TypeError, /from 0 to below 1/],
    ['no draws', () => clock.setRandom([]), TypeError, /from 0 to below 1/],
    ['a start at NaN', () => createTestClock({ now: NaN }), TypeError, /`now` must be a time/],
    ['no function', () => clock.setTimeout('code' as never), TypeError, /takes a function/],
  ] as const)('%s', (_, ask, kind, words) => {
    expect(ask).toThrow(kind);
    expect(ask).toThrow(words);
  });

  test('asynchronously too', async () => {
    await expect(clock.advanceAsync(-1)).rejects.toThrow(RangeError);
  });
});

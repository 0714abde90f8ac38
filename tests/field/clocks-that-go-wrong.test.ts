import { afterEach, describe, expect, test, vi } from 'vitest';
import { createActor } from 'xstate';
import {
  type ConnectionClock,
  connectionMachine,
  fetchTransport,
  fromEnvironment,
  fromTransport,
} from '../../index.ts';
import { createTestPage } from '../../testing/page.ts';
import { cut, stream } from '../support/sse-server.ts';
import { clock, connect, listen, reached, server } from '../support/stepped-connection.ts';
import { until } from '../support/until.ts';

// A clock of the app that returns `NaN` made every wait one of 0 ms: a client that hammers.

afterEach(() => void vi.unstubAllGlobals());

/** The stepped clock with a reading that goes wrong. Timers are methods, as of a class. */
class WrongClock implements ConnectionClock {
  readings: { now?: unknown; random?: unknown } = {};
  #steps = clock;
  now(): number {
    return 'now' in this.readings ? (this.readings.now as number) : this.#steps.now();
  }
  random(): number {
    return 'random' in this.readings ? (this.readings.random as number) : this.#steps.random();
  }
  setTimeout(callback: () => void, delay: number): unknown {
    return this.#steps.setTimeout(callback, delay);
  }
  clearTimeout(timer: unknown): void {
    this.#steps.clearTimeout(timer);
  }
}

describe('a `now` that returns no time', () => {
  test.each([
    [Number.NaN, 'NaN'],
    [Infinity, 'Infinity'],
    ['5', "'5'"],
    [undefined, 'undefined'],
    [new Date(0), 'of type object'],
  ])('is refused at once: %s', (value, shown) => {
    const wrong = new WrongClock();
    wrong.readings.now = value;
    const message = `\`clock.now()\` must be a finite number, but it is ${shown}.`;
    expect(() => connect({ clock: wrong })).toThrow(TypeError(message));
    const transport = fetchTransport({ url: server.url });
    expect(() => fromTransport(transport, { clock: wrong })).toThrow(TypeError(message));
    expect(() => fromEnvironment(wrong)).toThrow(TypeError(message));
    expect(server.requests).toEqual([]);
  });

  test('later on is reported once, and the last time it told is that of now', async () => {
    const wrong = new WrongClock();
    const reports: unknown[] = [];
    const { connection } = listen({
      clock: wrong,
      idleTimeout: 5_000,
      reportError: (fault) => reports.push(fault),
    });
    await reached(connection, 'open');
    clock.advance(1_000);
    server.publish('1');
    await until(() => connection.state.lastEventId === '1');
    const before = clock.now();
    wrong.readings.now = Number.NaN;
    server.drop();
    await reached(connection, 'backoff');
    expect(connection.state.retryAt).toBe(before + 1_000);
    connection.reconnect();
    await until(() => server.requests.length === 2);
    await reached(connection, 'open');
    expect(reports).toEqual([TypeError('`clock.now()` must be a finite number, but it is NaN.')]);
  });
});

describe('a `random` that returns no draw', () => {
  test.each([
    [Number.NaN, 'NaN'],
    [1, '1'],
    [-0.1, '-0.1'],
    ['0.5', "'0.5'"],
    [undefined, 'undefined'],
  ])('is reported once, and the system draws in its place: %s', async (value, shown) => {
    vi.spyOn(Math, 'random').mockReturnValue(0.75);
    const wrong = new WrongClock();
    wrong.readings.random = value;
    const reports: unknown[] = [];
    server.answer(cut, cut, stream);
    const connection = connect({ clock: wrong, reportError: (fault) => reports.push(fault) });
    await until(() => connection.state.retries === 1);
    expect(connection.state.retryAt).toBe(clock.now() + 750);
    expect(reports).toEqual([
      TypeError(`\`clock.random()\` must be a number from 0 (included) to 1 (excluded), but it is ${shown}.`),
    ]);
    clock.advance(750);
    await until(() => connection.state.retries === 2);
    clock.advance(1_500);
    await reached(connection, 'open');
    expect(reports).toHaveLength(1);
    vi.restoreAllMocks();
  });

  test('stops nothing when it throws', async () => {
    const fault = new RangeError('no more draws');
    const reports: unknown[] = [];
    const random = () => {
      throw fault;
    };
    server.answer(cut, stream);
    const connection = connect({ clock: { ...clock, random }, reportError: (error) => reports.push(error) });
    await until(() => connection.state.retries === 1);
    expect(reports).toEqual([fault]);
    clock.advance(1_000);
    await reached(connection, 'open');
  });

  test('is reported too where the network has gone', async () => {
    using page = createTestPage();
    const reports: unknown[] = [];
    vi.stubGlobal('reportError', (fault: unknown) => reports.push(fault));
    const wrong = new WrongClock();
    server.answer(cut);
    const transport = fromTransport(fetchTransport({ url: server.url }), { clock });
    const machine = connectionMachine.provide({ actors: { transport, environment: fromEnvironment(wrong) } });
    const actor = createActor(machine, { clock, input: { maxRetryDelay: 10_000 } }).start();
    await until(() => actor.getSnapshot().hasTag('backoff'));
    wrong.readings.random = Number.NaN;
    page.goOffline();
    expect(actor.getSnapshot().value).toEqual({ backoff: 'offline' });
    expect(actor.getSnapshot().context.retryDelay).toBeGreaterThanOrEqual(5_000);
    expect(reports).toMatchObject([{ message: expect.stringContaining('`clock.random()` must be') }]);
    actor.stop();
  });
});

test('a clock that is right is asked for no draw before one is needed', async () => {
  const random = vi.fn(() => 0.5);
  const connection = connect({ clock: { ...clock, random } });
  await reached(connection, 'open');
  expect(random).not.toHaveBeenCalled();
  server.answer(cut);
  server.drop();
  await reached(connection, 'backoff');
  expect(random).toHaveBeenCalledTimes(1);
});

import { afterEach, describe, expect, test, vi } from 'vitest';
import { type ConnectionOptions, createConnection } from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { type PlayedRequest, playedTransport } from '../support/played-transport.ts';
import { quiet, until } from '../support/until.ts';

const connections: { close(): void }[] = [];

afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

/** A connection that is open and has an event ID, and a clock that stands still. */
async function open(options: ConnectionOptions = {}, unsafe = false) {
  const clock = createTestClock();
  const server = playedTransport(unsafe);
  const connection = createConnection('/events', {
    clock,
    parse: 'text',
    transport: () => server.transport,
    ...options,
  });
  connections.push(connection);
  async function request(number: number): Promise<PlayedRequest> {
    await until(() => server.requests.length >= number);
    const found = server.requests[number - 1];
    if (!found) throw new Error(`There is no request ${number}.`);
    return found;
  }
  const first = await request(1);
  first.accept();
  first.send('1');
  await until(() => connection.state.lastEventId === '1');
  const online = () => connection.actor.send({ type: 'network.online', at: clock.now() });
  return { clock, server, connection, first, request, online };
}

/** A sign of life, read. */
async function say(request: PlayedRequest, keepAlive = true): Promise<void> {
  request.batch({ keepAlive });
  await quiet(2);
}

describe('after a sleep, an open stream', () => {
  test('that gives no sign of life within five seconds is replaced, at no cost', async () => {
    const { clock, server, connection, first, request } = await open();
    clock.passUnnoticed(8 * 3_600_000);
    clock.advance(0);
    clock.advance(4_999);
    await quiet();
    expect(server.requests).toHaveLength(1);
    clock.advance(1);
    const second = await request(2);
    expect([server.alive.length, first.signal.aborted, second.lastEventId]).toEqual([2, false, '1']);
    second.accept();
    await until(() => first.signal.aborted);
    expect(connection.state).toMatchObject({ status: 'open', retries: 0 });
  });

  test('that gives one is left alone; data that waited in a buffer are not one', async () => {
    const alive = await open();
    alive.clock.passUnnoticed(3_600_000);
    alive.clock.advance(501);
    await say(alive.first);
    alive.clock.advance(60_000);
    await quiet();
    expect(alive.server.requests).toHaveLength(1);

    const buffered = await open();
    buffered.clock.passUnnoticed(3_600_000);
    buffered.clock.advance(0);
    await say(buffered.first);
    buffered.clock.advance(5_000);
    await buffered.request(2);
  });

  test('is not idle because nobody listened during the night', async () => {
    const { clock, connection, first } = await open({ idleTimeout: 20_000 });
    clock.passUnnoticed(3_600_000);
    clock.advance(1_000);
    await say(first);
    expect(connection.state).toMatchObject({ status: 'open', error: null });
  });

  test('whose request may not be repeated is left to its timeouts, although it has an ID', async () => {
    const { clock, server, connection } = await open({ idleTimeout: 20_000 }, true);
    clock.passUnnoticed(3_600_000);
    clock.advance(10_000);
    await quiet();
    expect([server.requests.length, connection.state.status]).toEqual([1, 'open']);
    clock.advance(20_000);
    expect(connection.state).toMatchObject({ status: 'failed', error: { kind: 'idle' } });
  });

  test('of a hidden page, whose timers run once a minute, is not doubted', async () => {
    const { clock, server } = await open();
    for (let minute = 0; minute < 10; minute += 1) {
      clock.passUnnoticed(60_000);
      clock.advance(0);
      await quiet();
    }
    clock.advance(10_000);
    await quiet();
    expect(server.requests).toHaveLength(1);
  });
});

describe('after a change of the network, an open stream', () => {
  test('has five seconds to prove that it is alive', async () => {
    const { clock, server, online, first, request } = await open();
    online();
    clock.advance(600);
    await say(first);
    clock.advance(60_000);
    await quiet();
    expect(server.requests).toHaveLength(1);
    online();
    clock.advance(5_000);
    await request(2);
  });

  test('waits for its successor, if that is on the way; if that is lost, it has to prove that it is alive', async () => {
    const { clock, server, connection, online, first, request } = await open({ refreshOn: 'expiring' });
    clock.advance(5_000);
    first.batch({ messages: [{ event: 'expiring', data: '', id: '2' }] });
    const second = await request(2);
    online();
    clock.advance(10_000);
    await quiet();
    expect(server.requests).toHaveLength(2);
    second.refuse(new Error('cut by the change too'));
    await quiet();
    expect(connection.state.status).toBe('open');
    clock.advance(5_000 + 1_000); // the proof, and the draw of a first wait
    await request(3);
  });

  test('is held to its five seconds, however often the network changes', async () => {
    const { clock, online, request } = await open();
    for (let second = 0; second < 5; second += 1) {
      online();
      clock.advance(1_000);
    }
    await request(2);
  });
});

describe("an `idleTimeout` of 'auto'", () => {
  const settings = { idleTimeout: 'auto', jitter: 'none' } as const;

  async function withGaps(gaps: readonly number[], keepAlive = true) {
    const all = await open(settings);
    for (const gap of gaps) {
      all.clock.advance(gap);
      await say(all.first, keepAlive);
    }
    /** How long the stream may be silent from now on. */
    const patience = async () => {
      const start = all.clock.now();
      let end: number | undefined;
      all.connection.actor.on('failure', () => {
        end ??= all.clock.now();
      });
      all.clock.advance(600_000);
      await quiet();
      return end === undefined ? Infinity : end - start;
    };
    return { ...all, patience };
  }

  test('allows three times the interval of the keep-alives', async () => {
    expect(await (await withGaps([15_000, 15_000])).patience()).toBe(45_000);
  });

  test('is 6 seconds at least, and has no upper limit: a server may be as slow as it likes', async () => {
    expect(await (await withGaps([1_000, 1_000, 1_000])).patience()).toBe(6_000);
    expect(await (await withGaps([90_000, 90_000])).patience()).toBe(270_000);
  });

  test('has no limit where the server sends no keep-alives', async () => {
    expect(await (await withGaps([])).patience()).toBe(Infinity);
    expect(await (await withGaps([15_000])).patience()).toBe(Infinity);
    expect(await (await withGaps([15_000, 15_000, 15_000], false)).patience()).toBe(Infinity);
  });

  test('is not misled by keep-alives that came late and together', async () => {
    expect(await (await withGaps([100, 15_000, 15_000])).patience()).toBe(45_000);
    expect(await (await withGaps([15_000, 15_000, 29_500, 500])).patience()).toBeGreaterThanOrEqual(45_000);
    expect(await (await withGaps([15_000, 15_000, 28_000, 2_000])).patience()).toBe(3 * 28_000);
  });

  test('takes an event by the name of ping, heartbeat or keep-alive for one', async () => {
    for (const event of ['ping', 'heartbeat', 'keep-alive']) {
      const { clock, first, connection } = await open(settings);
      for (let beat = 0; beat < 3; beat += 1) {
        clock.advance(10_000);
        first.batch({ messages: [{ event, data: '', id: '1' }] });
        await quiet(2);
      }
      clock.advance(29_999);
      expect(connection.state.status).toBe('open');
      clock.advance(1);
      expect(connection.state).toMatchObject({
        status: 'backoff',
        error: { kind: 'idle', message: 'The limit `idleTimeout` of 30000 was exceeded.' },
      });
    }
  });

  test('recognizes a keep-alive among other messages, which are none', async () => {
    const message = (event: string) => ({ event, data: '', id: '1' });
    const { clock, first, connection } = await open(settings);
    for (let beat = 0; beat < 3; beat += 1) {
      clock.advance(4_000);
      first.batch({ messages: [message('note')] });
      await quiet(2);
      clock.advance(6_000);
      first.batch({ messages: [message('ping'), message('note')] });
      await quiet(2);
    }
    clock.advance(29_999);
    expect(connection.state.status).toBe('open');
    clock.advance(1);
    expect(connection.state.error?.kind).toBe('idle');
  });

  test.each([
    ['a name', 'tick'],
    ['a test', ({ event }: { event: string }) => event === 'tick'],
  ])('takes no ping for one where `keepAlive` says otherwise: %s', async (_, keepAlive) => {
    const { clock, first, connection } = await open({ ...settings, keepAlive });
    for (const event of ['tick', 'tick', 'ping', 'tick']) {
      clock.advance(event === 'ping' ? 4_000 : 10_000);
      first.batch({ messages: [{ event, data: '', id: '1' }] });
      await quiet(2);
    }
    clock.advance(41_999);
    expect(connection.state.status).toBe('open');
    clock.advance(1);
    expect(connection.state.error?.kind).toBe('idle');
  });

  test.each([
    ['names', 'tick'],
    ['a test of the data', ({ data }: { data: unknown }) => data === 'still here'],
  ])('takes what `keepAlive` says for one: %s', async (_, keepAlive) => {
    const { clock, first, connection } = await open({ ...settings, keepAlive });
    for (let beat = 0; beat < 3; beat += 1) {
      clock.advance(10_000);
      first.batch({ messages: [{ event: 'tick', data: 'still here', id: '1' }] });
      await quiet(2);
      first.batch({ messages: [{ event: 'ping', data: 'not any more', id: '1' }] });
      await quiet(2);
    }
    clock.advance(29_999);
    expect(connection.state.status).toBe('open');
    clock.advance(1);
    expect(connection.state.error?.kind).toBe('idle');
  });

  test('remembers the interval from one stream to the next', async () => {
    const { clock, connection, request } = await withGaps([15_000, 15_000]);
    clock.advance(45_000);
    expect(connection.state.status).toBe('backoff');
    clock.advance(1_000);
    (await request(2)).accept();
    await until(() => connection.state.status === 'open');
    clock.advance(89_999); // the first time it was wrong, perhaps
    expect(connection.state.status).toBe('open');
    clock.advance(1);
    expect(connection.state).toMatchObject({ status: 'backoff', error: { kind: 'idle' } });
  });

  test.each([
    ['that begins every stream with a prelude of comments', [1, 2_000, 4_000, 64_000, 124_000, 184_000]],
    ['that has become slower', [30_000, 60_000, 90_000, 120_000, 150_000, 180_000]],
  ])('does not churn for ever with a server %s', async (_, beats) => {
    const { clock, server, first, request } = await withGaps([2_000, 2_000, 2_000]);
    let latest = first;
    for (let second = 0; second < 1_200; second += 1) {
      clock.advance(1_000);
      if (latest.signal.aborted && server.alive.length === 1) {
        latest = await request(server.requests.length);
        const { accept, batch } = latest;
        accept();
        for (const beat of beats) clock.setTimeout(() => batch({ keepAlive: true }), beat);
        // And every minute from then on.
        for (let at = 240_000; at < 1_200_000; at += 60_000) {
          clock.setTimeout(() => batch({ keepAlive: true }), at);
        }
      }
      await new Promise(setImmediate); // a turn, without its millisecond
    }
    expect(server.requests.length).toBeLessThan(8);
    expect(latest.signal.aborted).toBe(false);
  });
});

test('an `idleTimeout` in milliseconds asks no test of `keepAlive`', async () => {
  const keepAlive = vi.fn(() => true);
  const { first, connection } = await open({ idleTimeout: 20_000, keepAlive });
  first.send('2');
  await until(() => connection.state.lastEventId === '2');
  expect(keepAlive).not.toHaveBeenCalled();
});

test('any number of chunks costs one timer', async () => {
  const { clock, first } = await open({ idleTimeout: 60_000 });
  const timers = vi.spyOn(clock, 'setTimeout');
  for (let chunk = 0; chunk < 1_000; chunk += 1) first.batch({});
  await quiet(5);
  expect([timers.mock.calls.length, clock.pending]).toEqual([0, 2]); // the look at the silence, and `stableAfter`
});

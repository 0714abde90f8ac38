import { afterEach, describe, expect, test, vi } from 'vitest';
import { createActor, type SnapshotFrom } from 'xstate';
import { ConnectionError, connectionMachine, fromEnvironment, fromTransport } from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { playedTransport } from '../support/played-transport.ts';
import { quiet, until } from '../support/until.ts';

type Snapshot = SnapshotFrom<typeof connectionMachine>;

/** A connection that can be saved as JSON and restored. */
function create() {
  const clock = createTestClock();
  const server = playedTransport();
  const machine = connectionMachine.provide({
    actors: {
      transport: fromTransport(server.transport, { clock }),
      environment: fromEnvironment(clock),
    },
  });
  let actor = createActor(machine, { clock, input: { maxRetries: 1, jitter: 'none', lastEventId: '7' } });
  return {
    clock,
    server,
    get actor() {
      return actor;
    },
    until: (matches: (snapshot: Snapshot) => boolean) => until(() => matches(actor.getSnapshot())),
    async refuse(status: number, retryAfter?: number): Promise<void> {
      await until(() => server.alive.length === 1);
      server.alive[0]?.refuse(new ConnectionError('http', 'No.', { status, retryAfter }));
      await until(() => server.alive.length === 0);
    },
    async lose(): Promise<void> {
      await until(() => server.alive.length === 1);
      server.alive[0]?.refuse(new Error('no network'));
      await until(() => server.alive.length === 0);
    },
    async revive(how: 'restored from JSON' | 'stopped and started', after = 3_600_000): Promise<void> {
      const snapshot = actor.getPersistedSnapshot();
      actor.stop();
      clock.advance(after);
      actor = createActor(machine, {
        clock,
        snapshot: how === 'restored from JSON' ? JSON.parse(JSON.stringify(snapshot)) : snapshot,
      });
      actor.start();
      await quiet();
    },
  };
}

afterEach(() => vi.unstubAllGlobals());

describe.each(['restored from JSON', 'stopped and started'] as const)('a connection that is %s', (how) => {
  test('in backoff tries again: its timer is gone', async () => {
    const run = create();
    run.actor.start();
    await run.refuse(503);
    await run.revive(how);
    expect([run.server.requests.length, run.server.alive.length]).toEqual([2, 1]);
    expect(run.actor.getSnapshot().context.retries).toBe(1);
    run.actor.stop();
  });

  test('in backoff does not get around what the server asked for', async () => {
    const run = create();
    run.actor.start();
    await run.refuse(503, 300_000);
    await run.revive(how, 100_000);
    expect([run.server.requests.length, run.actor.getSnapshot().context.retryDelay]).toEqual([1, 200_000]);
    run.clock.advance(200_000);
    await until(() => run.server.requests.length === 2);
    run.actor.stop();
  });

  test('without a network goes on, now that there is one', async () => {
    const run = create();
    run.actor.start();
    await run.lose();
    run.actor.send({ type: 'network.offline', at: run.clock.now() });
    expect(run.actor.getSnapshot().value).toEqual({ backoff: 'offline' });
    await run.revive(how);
    expect(run.server.alive).toHaveLength(1);
    run.actor.stop();
  });

  test('without a network tries once where there still seems to be none, and then now and then', async () => {
    vi.stubGlobal('navigator', { onLine: false });
    const run = create();
    run.actor.start();
    await run.lose();
    await run.revive(how);
    await run.lose();
    expect([run.actor.getSnapshot().value, run.server.requests.length]).toEqual([{ backoff: 'offline' }, 2]);
    run.clock.advance(30_000);
    await until(() => run.server.requests.length === 3);
    expect(run.actor.getSnapshot().context.retries).toBe(0);
    run.actor.stop();
  });

  test('while open, or paused, resumes after the last ID; one that gave up is woken', async () => {
    for (const bring of ['open', 'paused', 'exhausted'] as const) {
      const run = create();
      run.actor.start();
      await until(() => run.server.requests.length === 1);
      if (bring === 'exhausted') {
        await run.refuse(503);
        run.clock.advance(1_000);
        await until(() => run.server.requests.length === 2);
        await run.refuse(503);
        expect(run.actor.getSnapshot().value).toBe('failed');
      } else {
        run.server.requests[0]?.accept();
        await run.until((snapshot) => snapshot.matches({ live: 'open' }));
        if (bring === 'paused') run.actor.send({ type: 'page.frozen', at: run.clock.now() });
      }
      const before = run.server.requests.length;
      await run.revive(how);
      expect([bring, run.server.requests.length, run.server.alive.length]).toEqual([bring, before + 1, 1]);
      expect(run.server.requests.at(-1)?.lastEventId).toBe('7');
      run.actor.stop();
    }
  });

  test('after a refusal, or closed by the app, stays as it is', async () => {
    const refused = create();
    refused.actor.start();
    await refused.refuse(404);
    const closed = create();
    closed.actor.start();
    closed.actor.send({ type: 'close' });
    for (const run of [refused, closed]) {
      const { value } = run.actor.getSnapshot();
      const before = run.server.requests.length;
      await run.revive(how);
      expect([run.actor.getSnapshot().value, run.server.requests.length]).toEqual([value, before]);
      run.actor.stop();
    }
  });
});

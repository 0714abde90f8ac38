import { describe, expect, test } from 'vitest';
import { createActor, fromCallback } from 'xstate';
import {
  type ConnectionEmitted,
  type ConnectionInput,
  connectionMachine,
  connectionStatuses,
  selectStatus,
  type TransportCommand,
  type TransportEvent,
  type TransportInput,
} from '../../machines/connection.ts';
import { ConnectionError, type Failure } from '../../machines/connection-error.ts';
import type { EnvironmentEvent } from '../../machines/environment.ts';
import { defaultSettings } from '../../machines/settings.ts';
import { createTestClock } from '../../testing/clock.ts';

const unavailable: Failure = { kind: 'http', status: 503, message: 'The server answered 503.' };
const ended: Failure = { kind: 'ended', message: 'The server ended the stream.' };
const unauthorized: Failure = { kind: 'unauthorized', status: 401, message: 'The server answered 401.' };

/** The machine, with a transport that does what the test says and a clock that the test moves. */
function start(input?: ConnectionInput, clock = createTestClock()) {
  const attempts: { input: TransportInput; alive: boolean; told: TransportCommand[] }[] = [];
  const emitted: ConnectionEmitted[] = [];
  const transport = fromCallback<TransportCommand, TransportInput>(({ input: given, receive }) => {
    const attempt = { input: given, alive: true, told: [] as TransportCommand[] };
    attempts.push(attempt);
    receive((command) => attempt.told.push(command));
    return () => {
      attempt.alive = false;
    };
  });
  const actor = createActor(connectionMachine.provide({ actors: { transport } }), { input, clock });
  for (const type of ['messages', 'opened', 'gap', 'failure', 'gaveUp', 'closed'] as const) {
    actor.on(type, (event) => emitted.push(event));
  }
  actor.start();

  const facts = () => ({ at: clock.now(), random: clock.random() });
  return {
    actor,
    clock,
    attempts,
    emitted,
    get context() {
      return actor.getSnapshot().context;
    },
    get value() {
      return actor.getSnapshot().value;
    },
    get status() {
      return selectStatus(actor.getSnapshot());
    },
    get alive() {
      return attempts.filter((attempt) => attempt.alive).length;
    },
    accept(unsafe = false) {
      if (unsafe) actor.send({ type: 'transport.unsafe' });
      actor.send({ type: 'transport.opened', at: clock.now() });
    },
    say: (type: 'transport.expiring' | 'transport.doubted' | 'transport.lost') => actor.send({ type }),
    fail: (error: Failure = unavailable, more: Partial<TransportEvent> = {}) =>
      actor.send({ type: 'transport.failed', error, ...facts(), ...more } as TransportEvent),
    end: (more: Partial<TransportEvent> = {}) =>
      actor.send({ type: 'transport.ended', error: ended, ...facts(), ...more } as TransportEvent),
    receive: (lastEventId: string, retry?: number) =>
      actor.send({
        type: 'transport.messages',
        messages: [{ event: 'message', data: lastEventId, id: lastEventId }],
        lastEventId,
        ...(retry !== undefined && { retry }),
      }),
    signal: (type: EnvironmentEvent['type']) => actor.send({ type, at: clock.now() }),
  };
}

type Node = typeof connectionMachine.root;

/** Every state of the chart, the chart itself first. */
function states(node: Node = connectionMachine.root): Node[] {
  return [node, ...Object.values(node.states).flatMap((child) => states(child as Node))];
}

/** An action that takes parameters stands in the chart as an object. */
function nameOf(action: unknown): unknown {
  return Object(action).params ? Object(action).type : action;
}

describe('the chart', () => {
  test('names every action, guard, delay and actor that it uses, and nothing else', () => {
    const { implementations } = connectionMachine;
    const used = { guards: new Set(), actions: new Set(), delays: new Set(), actors: new Set() };
    for (const node of states()) {
      for (const transition of [...node.transitions.values()].flat().concat(node.always ?? [])) {
        if (transition.guard) used.guards.add(transition.guard);
        for (const action of transition.actions) used.actions.add(nameOf(action));
      }
      for (const action of [...node.entry, ...node.exit]) used.actions.add(action);
      for (const { delay } of node.after) used.delays.add(delay);
      for (const { src } of node.invoke) used.actors.add(src);
    }
    const userNamed = [...used.actions].filter((action) => typeof action === 'string');
    expect(new Set(userNamed)).toEqual(new Set(Object.keys(implementations.actions)));
    expect(used.guards).toEqual(new Set(Object.keys(implementations.guards)));
    expect(used.delays).toEqual(new Set(Object.keys(implementations.delays)));
    expect(used.actors).toEqual(new Set(Object.keys(implementations.actors)));
    // The rest are the timers that XState adds for `after`.
    for (const action of used.actions) {
      if (typeof action !== 'string')
        expect(action).toHaveProperty('type', expect.stringMatching(/^xstate\./));
    }
  });

  test('gives every state exactly one status', () => {
    const leaves = states().filter(({ type }) => type === 'atomic');
    expect(leaves).toHaveLength(8);
    for (const leaf of leaves) {
      const tags = [];
      for (let node: Node | undefined = leaf; node; node = node.parent as Node | undefined) {
        tags.push(...node.tags);
      }
      expect(tags).toHaveLength(1);
      expect(connectionStatuses).toContain(tags[0]);
    }
  });

  test('keeps its context plain: it survives JSON unchanged in every status', () => {
    const run = start();
    const plain = () => expect(JSON.parse(JSON.stringify(run.context))).toEqual(run.context);
    plain();
    run.accept();
    run.receive('7', 10);
    plain();
    run.fail();
    plain();
    run.actor.send({ type: 'close' });
    plain();
  });
});

describe('starting', () => {
  test('knows nothing but its settings', () => {
    expect(start({ immediate: false }).context).toEqual({
      settings: { ...defaultSettings, immediate: false },
      retries: 0,
      retryDelay: null,
      retryAt: null,
      previousBackoff: 0,
      notBefore: 0,
      lastEventId: '',
      serverRetry: null,
      error: null,
      openedAt: null,
      unsafe: false,
      expiring: false,
      chargedAt: null,
      closeReason: null,
      refreshed: false,
    });
  });

  test('connects at once by default', () => {
    const run = start();
    expect(run.value).toEqual({ live: 'connecting' });
    expect(run.attempts.map(({ input }) => input)).toEqual([
      { lastEventId: '', refresh: false, backoff: 1_000 },
    ]);
  });

  test('waits for open() when not immediate', () => {
    const run = start({ immediate: false });
    expect([run.status, run.attempts.length]).toEqual(['closed', 0]);
    run.actor.send({ type: 'open' });
    expect([run.status, run.attempts.length]).toEqual(['connecting', 1]);
  });

  test('resumes after an ID that it is given', () => {
    expect(start({ lastEventId: '41' }).attempts[0]?.input.lastEventId).toBe('41');
  });

  test('says what is missing when it has no transport', () => {
    const actor = createActor(connectionMachine).start();
    expect(selectStatus(actor.getSnapshot())).toBe('failed');
    expect(actor.getSnapshot().context.error).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('connectionMachine.provide'),
    });
  });

  test('refuses a setting that is none, and names it', () => {
    const actor = createActor(connectionMachine, { input: { maxRetries: -1 } });
    expect(actor.getSnapshot()).toMatchObject({
      status: 'error',
      error: new TypeError('`maxRetries` must be a number from 0 to Infinity, but it is -1.'),
    });
  });
});

describe('the retry budget', () => {
  test('allows exactly maxRetries retries, then gives up as exhausted', () => {
    const run = start({ maxRetries: 3 });
    for (let retry = 1; retry <= 3; retry += 1) {
      run.fail();
      expect([run.status, run.context.retries]).toEqual(['backoff', retry]);
      run.clock.advance(30_000);
      expect(run.status).toBe('connecting');
    }
    run.fail();
    expect(run.status).toBe('failed');
    expect(run.context.error).toEqual({
      kind: 'exhausted',
      status: 503,
      message: 'Gave up after 3 retries. The server answered 503.',
    });
    expect(run.attempts).toHaveLength(4);
    run.clock.advance(10_000_000);
    expect(run.attempts).toHaveLength(4);
  });

  test('of 0 allows none, of Infinity any number', () => {
    const none = start({ maxRetries: 0 });
    none.fail();
    expect(none.status).toBe('failed');

    const endless = start({ maxRetries: Infinity });
    for (let retry = 0; retry < 500; retry += 1) {
      endless.fail();
      endless.clock.advance(30_000);
    }
    expect([endless.status, endless.context.retries]).toEqual(['connecting', 500]);
  });

  test('is not restored by opening, but by staying open for stableAfter', () => {
    const run = start();
    run.fail();
    run.clock.advance(1_000);
    run.accept();
    run.clock.advance(4_999);
    expect([run.value, run.context.retries]).toEqual([{ live: { open: 'fresh' } }, 1]);
    run.clock.advance(1);
    expect([run.value, run.context.retries]).toEqual([{ live: { open: 'stable' } }, 0]);
    expect(run.attempts[1]?.told).toEqual([{ type: 'budget.restored', backoff: 1_000 }]);
  });

  test('stops a server that accepts and drops at once', () => {
    const run = start({ maxRetries: 5 });
    for (let attempt = 0; attempt <= 5; attempt += 1) {
      run.accept();
      run.clock.advance(100);
      run.fail({ kind: 'network', message: '' });
      run.clock.advance(30_000);
    }
    expect([run.status, run.attempts.length]).toEqual(['failed', 6]);
  });

  test('starts afresh with reconnect() and with open() after giving up', () => {
    for (const type of ['reconnect', 'open'] as const) {
      const run = start({ maxRetries: 1 });
      run.fail();
      run.clock.advance(1_000);
      run.fail();
      expect(run.status).toBe('failed');
      run.actor.send({ type });
      expect(run.context).toMatchObject({ retries: 0, error: null });
      run.fail();
      expect([run.status, run.context.retries]).toEqual(['backoff', 1]);
    }
  });
});

describe('the wait', () => {
  test('is drawn from the capped exponential delay, to the millisecond', () => {
    const run = start();
    run.clock.setRandom(0.25);
    for (const [wait, at] of [
      [250, 1_000_250],
      [500, 1_000_750],
      [1_000, 1_001_750],
      [2_000, 1_003_750],
      [4_000, 1_007_750],
      [7_500, 1_015_250],
    ] as const) {
      run.fail();
      expect(run.context).toMatchObject({ retryDelay: wait, retryAt: at });
      run.clock.advance(wait - 1);
      expect(run.status).toBe('backoff');
      run.clock.advance(1);
      expect(run.status).toBe('connecting');
      expect(run.context).toMatchObject({ retryDelay: null, retryAt: null });
    }
  });

  test('adds the jitter to what the server asked for, which is never undercut', () => {
    const run = start();
    run.clock.setRandom(0);
    run.fail({ ...unavailable, retryAfter: 2_000 });
    expect(run.context.retryDelay).toBe(2_000);
    run.clock.advance(2_000);
    run.clock.setRandom(0.5);
    run.fail();
    expect(run.context.retryDelay).toBe(1_000);
  });

  test('obeys retry: from then on, clamped, and 0 means no wish', () => {
    const run = start();
    run.clock.setRandom(0);
    run.accept();
    run.receive('1', 4_000);
    run.receive('1b');
    run.fail();
    expect(run.context.retryDelay).toBe(4_000);
    run.clock.advance(4_000);
    run.accept();
    run.receive('2', 1e12);
    run.fail();
    expect(run.context.retryDelay).toBe(300_000);
    run.clock.advance(300_000);
    run.accept();
    run.receive('3', 0);
    run.clock.setRandom(0.5);
    run.fail();
    expect(run.context.retryDelay).toBe(2_000);
  });

  test('takes the delay that a jitter function of the app made', () => {
    const run = start();
    run.fail(unavailable, { jittered: 77 });
    expect(run.context.retryDelay).toBe(77);
  });

  test('grows from the delay before with decorrelated jitter', () => {
    const run = start({ jitter: 'decorrelated' });
    run.clock.setRandom(0.5);
    run.fail();
    expect(run.context.retryDelay).toBe(2_000); // halfway between 1 000 and 3 × 1 000
    run.clock.advance(2_000);
    run.fail();
    expect(run.context.retryDelay).toBe(3_500); // halfway between 1 000 and 3 × 2 000
  });
});

describe('a refusal', () => {
  test.each([
    [{ kind: 'forbidden', status: 403, message: '' }],
    [{ kind: 'http', status: 404, message: '' }],
    [{ kind: 'content-type', status: 200, message: '' }],
    [{ kind: 'too-large', message: '' }],
    [{ kind: 'invalid', message: '' }],
    [unauthorized],
  ] as [Failure][])('$kind fails for ever, whatever the page and the network do', (error) => {
    const run = start();
    run.fail(error);
    expect([run.status, run.context.error]).toEqual(['failed', error]);
    for (const type of [
      'network.offline',
      'network.online',
      'page.hidden',
      'page.visible',
      'page.resumed',
    ] as const)
      run.signal(type);
    run.clock.advance(10_000_000);
    expect([run.status, run.attempts.length, run.context.retries]).toEqual(['failed', 1, 0]);
  });

  test('204 and a policy of stop close as ended, and stay closed', () => {
    for (const [error, policy] of [
      [{ kind: 'ended', status: 204, message: '' }, {}],
      [unavailable, { 503: 'stop' }],
    ] as const) {
      const run = start({ policy });
      run.fail(error);
      expect([run.status, run.context.closeReason, run.context.error]).toEqual(['closed', 'ended', null]);
      run.signal('page.visible');
      expect(run.attempts).toHaveLength(1);
      expect(run.emitted).toEqual([{ type: 'closed', reason: 'ended' }]);
    }
  });

  test('401 costs one refresh, uncharged; a second one in a row fails', () => {
    const run = start();
    run.fail(unauthorized, { refreshable: true });
    expect([run.status, run.context.retries]).toEqual(['connecting', 0]);
    expect(run.attempts.map(({ input }) => input.refresh)).toEqual([false, true]);
    run.fail(unauthorized, { refreshable: true });
    expect([run.status, run.attempts.length]).toEqual(['failed', 2]);
  });

  test('401 is worth a refresh again once a stream was open', () => {
    const run = start();
    run.fail(unauthorized, { refreshable: true });
    run.accept();
    run.fail();
    run.clock.advance(1_000);
    run.fail(unauthorized, { refreshable: true });
    expect(run.status).toBe('connecting');
    expect(run.attempts.map(({ input }) => input.refresh)).toEqual([false, true, false, true]);
  });

  test('401 is worth a refresh again after a failure that was charged: it is not the second in a row', () => {
    const run = start();
    run.fail(unauthorized, { refreshable: true });
    run.fail({ kind: 'network', message: 'The server of the tokens restarts.' });
    run.clock.advance(1_000);
    run.fail(unauthorized, { refreshable: true });
    expect([run.status, run.context.retries]).toEqual(['connecting', 1]);
    expect(run.attempts.map(({ input }) => input.refresh)).toEqual([false, true, false, true]);
  });

  test('401 is worth a refresh again after a failure that cost nothing', () => {
    const run = start();
    run.fail(unauthorized, { refreshable: true });
    run.fail({ kind: 'network', message: '' }, { offline: true });
    run.signal('network.online');
    run.fail(unauthorized, { refreshable: true });
    expect(run.status).toBe('connecting');
  });

  test('a failure of another kind after the refresh does not refresh again by itself', () => {
    const run = start();
    run.fail(unauthorized, { refreshable: true });
    run.fail();
    run.clock.advance(1_000);
    expect(run.attempts.map(({ input }) => input.refresh)).toEqual([false, true, false]);
  });
});

describe('the end of a stream', () => {
  test('is retried with the same backoff', () => {
    const run = start();
    run.accept();
    run.end();
    expect([run.status, run.context.retries, run.context.retryDelay]).toEqual(['backoff', 1, 500]);
    expect(run.context.error).toEqual(ended);
  });

  test('closes the connection when its method is not safe to repeat', () => {
    const run = start({ retryUnsafe: true });
    run.accept(true);
    run.end();
    expect([run.status, run.context.closeReason]).toEqual(['closed', 'ended']);
  });

  test('follows the policy', () => {
    const stopped = start({ policy: { ended: 'stop' } });
    stopped.end();
    expect(stopped.status).toBe('closed');
    const failed = start({ policy: { ended: 'fail' } });
    failed.end();
    expect([failed.status, failed.context.error?.kind]).toEqual(['failed', 'ended']);
  });
});

describe('an unsafe request that broke after its stream had opened', () => {
  const broken: Failure = { kind: 'network', message: 'The stream broke.' };

  test('is told from one that was never accepted, which is sent again', () => {
    const run = start();
    run.actor.send({ type: 'transport.unsafe' });
    run.fail(broken);
    expect([run.status, run.context.unsafe]).toEqual(['backoff', false]);
  });

  test('is not repeated', () => {
    const run = start();
    run.accept(true);
    run.fail(broken);
    expect([run.status, run.context.error]).toEqual(['failed', broken]);
  });

  test('is repeated when the app allows it, or when there is an ID to resume after', () => {
    const allowed = start({ retryUnsafe: true });
    allowed.accept(true);
    allowed.fail(broken);
    expect(allowed.status).toBe('backoff');
    const resumable = start();
    resumable.accept(true);
    resumable.receive('5');
    resumable.fail(broken);
    expect(resumable.status).toBe('backoff');
  });
});

describe('the network', () => {
  test('that is known to be gone costs nothing, and is waited for without a timer', () => {
    const run = start();
    run.fail(unavailable, { offline: true });
    expect([run.value, run.context.retries, run.context.retryAt]).toEqual([{ backoff: 'offline' }, 0, null]);
    expect(run.clock.pending).toBe(0);
    run.clock.advance(10_000_000);
    expect(run.attempts).toHaveLength(1);
    run.signal('network.online');
    expect([run.status, run.attempts.length, run.context.retries]).toEqual(['connecting', 2, 0]);
  });

  test('that goes away suspends the wait; its return ends it and leaves the count', () => {
    const run = start();
    run.fail();
    run.signal('network.offline');
    expect([run.value, run.clock.pending, run.context.retryAt]).toEqual([{ backoff: 'offline' }, 0, null]);
    run.signal('page.visible');
    expect(run.status).toBe('backoff');
    run.signal('network.online');
    expect([run.status, run.context.retries]).toEqual(['connecting', 1]);
  });

  test.each(['network.online', 'page.visible', 'page.resumed'] as const)(
    '%s ends a wait early, but not before the server allows it',
    (signal) => {
      const run = start();
      run.clock.setRandom(0.9);
      run.fail();
      run.signal(signal);
      expect([run.status, run.context.retries]).toEqual(['connecting', 1]);

      run.fail({ ...unavailable, retryAfter: 10_000 });
      run.clock.advance(4_000);
      run.signal(signal);
      expect(run.context).toMatchObject({ retries: 2, retryDelay: 6_000, retryAt: run.clock.now() + 6_000 });
      run.clock.advance(5_999);
      expect(run.status).toBe('backoff');
      run.clock.advance(1);
      expect(run.status).toBe('connecting');
    },
  );

  test('a wake-up is not put off by a clock that was set back', () => {
    const run = start();
    run.fail();
    run.actor.send({ type: 'page.visible', at: run.clock.now() - 3_600_000 });
    expect(run.status).toBe('connecting');
  });

  test('reconnect() forgets what the server asked for before', () => {
    const run = start();
    run.fail({ ...unavailable, retryAfter: 60_000 });
    run.actor.send({ type: 'reconnect' });
    run.fail();
    run.signal('network.online');
    expect(run.status).toBe('connecting');
  });

  test.each(['network.online', 'page.visible', 'page.resumed'] as const)(
    '%s wakes an exhausted connection for one attempt, and leaves the count',
    (signal) => {
      const run = start({ maxRetries: 0 });
      run.fail();
      run.signal(signal);
      expect([run.status, run.attempts.length]).toEqual(['connecting', 2]);
      run.fail();
      expect([run.status, run.context.error?.kind]).toEqual(['failed', 'exhausted']);
    },
  );
});

describe('a hidden page', () => {
  test('leaves the connection alone by default', () => {
    const run = start();
    run.accept();
    run.signal('page.hidden');
    expect([run.status, run.alive]).toEqual(['open', 1]);
  });

  test('pauses it when asked: no transport, no timer, then a resumption that costs nothing', () => {
    const run = start({ pauseWhenHidden: true });
    run.accept();
    run.receive('9');
    run.signal('page.hidden');
    expect([run.status, run.context.closeReason, run.alive, run.clock.pending]).toEqual([
      'closed',
      'paused',
      0,
      0,
    ]);
    run.signal('page.visible');
    expect([run.status, run.context.closeReason, run.context.retries]).toEqual(['connecting', null, 0]);
    expect(run.attempts.at(-1)?.input.lastEventId).toBe('9');
  });

  test('pauses a wait too', () => {
    const run = start({ pauseWhenHidden: true });
    run.fail();
    run.signal('page.hidden');
    expect([run.status, run.clock.pending]).toEqual(['closed', 0]);
    run.signal('page.visible');
    expect([run.status, run.context.retries]).toEqual(['connecting', 1]);
  });

  test('does not get around what the server asked for', () => {
    const run = start({ pauseWhenHidden: true });
    run.fail({ ...unavailable, retryAfter: 60_000 });
    run.signal('page.hidden');
    run.clock.advance(1_000);
    run.signal('page.visible');
    expect([run.status, run.context.retryDelay, run.attempts.length]).toEqual(['backoff', 59_000, 1]);
  });

  test('does not bring back what the app closed meanwhile', () => {
    const run = start({ pauseWhenHidden: true });
    run.signal('page.hidden');
    run.actor.send({ type: 'close' });
    run.signal('page.visible');
    expect([run.status, run.context.closeReason]).toEqual(['closed', 'app']);
  });
});

describe('close()', () => {
  test.each(['connecting', 'open', 'backoff', 'failed'] as const)(
    'while %s leaves nothing running',
    (status) => {
      const run = start({ maxRetries: status === 'failed' ? 0 : 8 });
      if (status === 'open') run.accept();
      if (status === 'backoff' || status === 'failed') run.fail();
      expect(run.status).toBe(status);
      run.actor.send({ type: 'close' });
      expect([run.status, run.context.closeReason, run.alive, run.clock.pending]).toEqual([
        'closed',
        'app',
        0,
        0,
      ]);
      for (const type of ['network.online', 'page.visible', 'page.resumed'] as const) run.signal(type);
      run.clock.advance(10_000_000);
      expect([run.status, run.alive]).toEqual(['closed', 0]);
      expect(run.emitted.at(-1)).toEqual({ type: 'closed', reason: 'app' });
    },
  );

  test('takes the ID of the last message that reached the app as the one to resume after', () => {
    const run = start();
    run.accept();
    run.receive('9');
    run.actor.send({ type: 'close', lastEventId: '7' });
    run.actor.send({ type: 'open' });
    expect(run.attempts.at(-1)?.input.lastEventId).toBe('7');
  });
});

describe('reconnect()', () => {
  test.each(['connecting', 'open', 'backoff', 'failed', 'closed'] as const)(
    'while %s starts one new transport with a whole budget',
    (status) => {
      const run = start({ maxRetries: status === 'failed' ? 0 : 8 });
      if (status === 'open') run.accept();
      if (status === 'backoff' || status === 'failed') run.fail();
      if (status === 'closed') run.actor.send({ type: 'close' });
      run.actor.send({ type: 'reconnect' });
      expect([run.status, run.alive, run.attempts.length, run.context.retries]).toEqual([
        'connecting',
        1,
        2,
        0,
      ]);
    },
  );
});

test('a transport that was revived is not replaced where that could repeat an effect', () => {
  const run = start();
  run.accept(true);
  run.actor.send({ type: 'transport.restarted' });
  expect([run.status, run.attempts.length]).toEqual(['failed', 1]);
  expect(run.emitted.at(-1)).toEqual({
    type: 'gaveUp',
    error: {
      kind: 'network',
      message: 'The stream was dropped. To repeat its request may repeat its effect.',
    },
  });
});

test('a transport that was revived under a restored snapshot is replaced, uncharged', () => {
  const run = start();
  run.accept();
  run.receive('3');
  run.actor.send({ type: 'transport.restarted' });
  expect([run.status, run.alive, run.context.retries]).toEqual(['connecting', 1, 0]);
  expect(run.attempts.at(-1)?.input.lastEventId).toBe('3');
});

describe('a stream that is open and is to be replaced', () => {
  const replaced = { type: 'stream.replace', refresh: false, backoff: 1_000 };
  const renewed = { type: 'stream.replace', refresh: true, backoff: 1_000 };

  function open(settings?: ConnectionInput, unsafe = false) {
    const run = start(settings);
    run.accept(unsafe);
    run.receive('7');
    return run;
  }

  test('goes on until the next one is open, when reconnect() asks for it: one actor, one budget made whole', () => {
    const run = open();
    run.actor.send({ type: 'reconnect' });
    expect([run.status, run.attempts.length, run.attempts[0]?.told]).toEqual(['open', 1, [replaced]]);
    run.clock.advance(3);
    run.accept();
    expect([run.value, run.context.openedAt]).toEqual([{ live: { open: 'fresh' } }, run.clock.now()]);
    expect(run.emitted.filter(({ type }) => type === 'opened')).toHaveLength(2);
  });

  test('is dropped first where nothing tells the events of two streams apart, and with a method that is unsafe', () => {
    const nameless = start();
    nameless.accept();
    nameless.actor.send({ type: 'reconnect' });
    expect([nameless.status, nameless.attempts.length, nameless.alive]).toEqual(['connecting', 2, 1]);
    const unsafe = open({}, true);
    unsafe.actor.send({ type: 'reconnect' });
    expect([unsafe.status, unsafe.attempts.length, unsafe.alive]).toEqual(['connecting', 2, 1]);
  });

  test('is replaced when it is doubted, at no cost; never at the price of an effect that is repeated', () => {
    const run = open();
    run.say('transport.doubted');
    expect([run.status, run.attempts[0]?.told]).toEqual(['open', [replaced]]);
    const nameless = start();
    nameless.accept();
    nameless.say('transport.doubted');
    expect([nameless.status, nameless.attempts.length, nameless.context.retries]).toEqual([
      'connecting',
      2,
      0,
    ]);
    const unsafe = start();
    unsafe.accept(true);
    unsafe.say('transport.doubted');
    expect([unsafe.status, unsafe.attempts.length]).toEqual(['open', 1]);
  });

  test('is asked for a sign of life when the network has changed', () => {
    const run = open();
    run.signal('network.online');
    expect(run.attempts[0]?.told).toEqual([{ type: 'stream.prove' }]);
  });

  test('that expires is renewed once it has lasted, so that a server which always says so is not hammered', () => {
    const run = open();
    run.say('transport.expiring');
    run.say('transport.expiring');
    expect(run.attempts[0]?.told).toEqual([]);
    run.clock.advance(4_999);
    expect(run.attempts[0]?.told).toEqual([]);
    run.clock.advance(1);
    expect(run.attempts[0]?.told).toEqual([{ type: 'budget.restored', backoff: 1_000 }, renewed]);
    run.say('transport.expiring');
    expect(run.attempts[0]?.told).toHaveLength(3);
  });

  test('that breaks takes along what the server said of its credentials', () => {
    const run = open();
    run.say('transport.expiring');
    expect(run.context.expiring).toBe(true);
    run.fail();
    expect(run.context.expiring).toBe(false);
  });

  test('that expires and is unsafe is left alone', () => {
    const run = start();
    run.accept(true);
    run.clock.advance(5_000);
    run.say('transport.expiring');
    expect([run.status, run.attempts.length, run.attempts[0]?.told.length]).toEqual(['open', 1, 1]);
  });

  test('that breaks before the next one is open shows as connecting, and costs nothing', () => {
    const run = open();
    run.actor.send({ type: 'reconnect' });
    run.say('transport.lost');
    expect([run.status, run.attempts.length, run.alive, run.context.openedAt]).toEqual([
      'connecting',
      1,
      1,
      null,
    ]);
    run.accept();
    expect([run.status, run.context.retries]).toEqual(['open', 0]);
  });
});

describe('a page that is frozen', () => {
  test('lets go of its connection, and takes it up again at no cost', () => {
    const run = start();
    run.accept();
    run.receive('7');
    run.signal('page.frozen');
    expect([run.status, run.context.closeReason, run.alive]).toEqual(['closed', 'paused', 0]);
    run.signal('page.resumed');
    expect([run.status, run.attempts.at(-1)?.input.lastEventId, run.context.retries]).toEqual([
      'connecting',
      '7',
      0,
    ]);
  });

  test('waits no longer, and does not get around what the server asked for', () => {
    const run = start();
    run.fail({ ...unavailable, retryAfter: 60_000 });
    run.signal('page.frozen');
    expect([run.status, run.clock.pending]).toEqual(['closed', 0]);
    run.signal('page.resumed');
    expect([run.status, run.context.retries, run.context.retryDelay]).toEqual(['backoff', 1, 60_000]);
  });

  test('keeps a stream that cannot be resumed without repeating an effect', () => {
    const run = start();
    run.actor.send({ type: 'transport.unsafe' });
    run.signal('page.frozen');
    expect([run.status, run.alive]).toEqual(['connecting', 1]);
    run.accept(true);
    run.signal('page.frozen');
    expect([run.status, run.alive]).toEqual(['open', 1]);
  });

  test('leaves alone what has failed and what the app closed', () => {
    const refused = start();
    refused.fail(unauthorized);
    const closed = start();
    closed.actor.send({ type: 'close' });
    for (const run of [refused, closed]) {
      const before = run.value;
      run.signal('page.frozen');
      run.signal('page.resumed');
      expect([run.value, run.attempts.length]).toEqual([before, 1]);
    }
  });
});

test('a failure that the platform explains a moment later by the lack of a network is given back, once', () => {
  const lost: Failure = { kind: 'network', message: 'The stream broke.' };
  const run = start();
  run.fail(lost);
  run.clock.advance(100);
  run.signal('network.offline');
  expect([run.value, run.context.retries]).toEqual([{ backoff: 'offline' }, 0]);
  for (const type of ['network.online', 'network.offline'] as const) run.signal(type);
  expect(run.context.retries).toBe(0);

  const refused = start();
  refused.fail();
  refused.signal('network.offline');
  expect(refused.context.retries).toBe(1);
  for (const [moment, retries] of [
    [1_000, 0],
    [1_001, 1],
  ] as const) {
    const late = start();
    late.fail({ ...lost, retryAfter: 5_000 });
    late.clock.advance(moment);
    late.signal('network.offline');
    expect([moment, late.context.retries]).toEqual([moment, retries]);
  }
  const atTheBeginning = start(undefined, createTestClock({ now: 0 }));
  atTheBeginning.fail({ ...lost, retryAfter: 5_000 });
  for (const type of ['network.offline', 'network.online', 'network.offline'] as const)
    atTheBeginning.signal(type);
  expect([atTheBeginning.value, atTheBeginning.context.retries]).toEqual([{ backoff: 'offline' }, 0]);
});

test('a wait that follows no failure, as after a clock that was set back, can be suspended too', () => {
  const run = start();
  run.fail({ ...unavailable, retryAfter: 60_000 });
  run.clock.advance(120_000);
  run.accept();
  run.signal('page.frozen');
  run.actor.send({ type: 'page.resumed', at: run.clock.now() - 90_000 });
  expect([run.status, run.context.error]).toEqual(['backoff', null]);
  run.signal('network.offline');
  expect([run.value, run.actor.getSnapshot().status]).toEqual([{ backoff: 'offline' }, 'active']);
});

test('a gap that the server admits is announced', () => {
  const run = start({ lastEventId: '7' });
  run.accept();
  run.actor.send({ type: 'transport.gap', lastEventId: '7', resumedAfter: 'earliest' });
  expect(run.emitted.at(-1)).toEqual({ type: 'gap', lastEventId: '7', resumedAfter: 'earliest' });
});

test('the server can close the connection for good', () => {
  const run = start();
  run.accept();
  run.end({ final: true });
  expect([run.status, run.context.closeReason]).toEqual(['closed', 'ended']);
  run.signal('network.online');
  run.signal('page.resumed');
  expect(run.attempts).toHaveLength(1);
});

test('a snapshot that went through JSON keeps an unlimited budget and a reconnection time without end', () => {
  const run = start({ maxRetries: Infinity });
  run.accept();
  run.receive('7', Infinity);
  const snapshot = JSON.parse(JSON.stringify(run.actor.getPersistedSnapshot()));
  const transport = fromCallback<TransportCommand, TransportInput>(() => {});
  const actor = createActor(connectionMachine.provide({ actors: { transport } }), {
    snapshot,
    clock: run.clock,
  }).start();
  for (const retries of [1, 2, 3]) {
    actor.send({ type: 'transport.failed', error: unavailable, at: run.clock.now(), random: 0.5 });
    expect(actor.getSnapshot().context).toMatchObject({ retries, serverRetry: 2 ** 31 - 1 });
    actor.send({ type: 'page.visible', at: run.clock.now() + 300_000 });
  }
});

test('an attempt fails once: what comes after it is over changes nothing', () => {
  const run = start();
  run.fail();
  const before = run.actor.getSnapshot().context;
  run.fail();
  run.end();
  run.accept();
  run.receive('1');
  expect(run.actor.getSnapshot().context).toEqual(before);
});

test('announces what an app logs and counts', () => {
  const run = start({ maxRetries: 1 });
  run.accept();
  run.receive('1');
  run.fail();
  run.clock.advance(1_000);
  run.fail();
  expect(run.emitted).toEqual([
    { type: 'opened' },
    { type: 'messages', messages: [{ event: 'message', data: '1', id: '1' }], lastEventId: '1' },
    { type: 'failure', error: unavailable, retries: 1, retryDelay: 500, retryAt: 1_000_500 },
    {
      type: 'gaveUp',
      error: {
        ...unavailable,
        kind: 'exhausted',
        message: 'Gave up after 1 retries. The server answered 503.',
      },
    },
  ]);
});

test('what is announced of a failure is plain data, whatever the transport gave', () => {
  const error = new ConnectionError('http', 'No.', { cause: new Error('the password is 1234') });
  for (const verdict of ['retry', 'fail'] as const) {
    const run = start({ policy: { http: verdict } });
    run.fail(error);
    expect(run.emitted).toHaveLength(1);
    expect(run.emitted[0]).toMatchObject({ error: { kind: 'http', message: 'No.' } });
    expect(run.emitted[0]).not.toHaveProperty('error.cause');
  }
});

test('knows since when it is open, and only then', () => {
  const run = start();
  run.clock.advance(7);
  run.accept();
  expect(run.context.openedAt).toBe(1_000_007);
  run.fail();
  expect(run.context.openedAt).toBeNull();
});

test('a batch without messages moves the ID and announces nothing', () => {
  const run = start();
  run.accept();
  run.actor.send({ type: 'transport.messages', messages: [], lastEventId: '8' });
  expect([run.context.lastEventId, run.emitted.length]).toEqual(['8', 1]);
});

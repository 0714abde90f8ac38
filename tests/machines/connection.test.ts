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
import { namesIn, transitionsOf } from '../../machines/xstate-internals.ts';
import { createTestClock } from '../../testing/clock.ts';

const unavailable: Failure = { kind: 'http', status: 503, message: 'The server answered 503.' };
const ended: Failure = { kind: 'ended', message: 'The server ended the stream.' };
const broken: Failure = { kind: 'network', message: 'The stream broke.' };
const unauthorized: Failure = { kind: 'unauthorized', status: 401, message: 'The server answered 401.' };

interface Attempt {
  readonly input: TransportInput;
  alive: boolean;
  isOpen: boolean;
  readonly told: TransportCommand['type'][];
}

/** The machine, with a transport that does what the test says and a clock that the test moves. */
function start(input?: ConnectionInput, clock = createTestClock()) {
  const attempts: Attempt[] = [];
  const emitted: ConnectionEmitted[] = [];
  const transport = fromCallback<TransportCommand, TransportInput>(({ input: given, receive }) => {
    const attempt: Attempt = { input: given, alive: true, isOpen: false, told: [] };
    attempts.push(attempt);
    receive(({ type }) => attempt.told.push(type));
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
  const alive = () => attempts.filter((attempt) => attempt.alive);
  /** Whether there is a request without a stream. */
  const asks = () => alive().some(({ isOpen }) => !isOpen);
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
      return alive().length;
    },
    ready: (unsafe = false, resumable = false) => actor.send({ type: 'request.ready', unsafe, resumable }),
    accept(unsafe = false, resumable = false) {
      const asking = alive().find(({ isOpen }) => !isOpen);
      actor.send({ type: 'request.ready', unsafe, resumable });
      if (asking) asking.isOpen = true;
      actor.send({ type: 'request.accepted', at: clock.now() });
    },
    say: (
      type:
        | 'stream.expiring'
        | 'stream.alive'
        | 'stream.overslept'
        | 'stream.overran'
        | 'stream.progressed'
        | 'request.moved',
    ) => actor.send({ type }),
    /** The request that has no stream yet fails, or else the stream. */
    fail: (error: Failure = unavailable, more: Partial<TransportEvent> = {}) =>
      actor.send({
        type: asks() ? 'request.failed' : 'stream.failed',
        error,
        ...facts(),
        ...more,
      } as TransportEvent),
    /** The stream breaks, also while another request is on its way. */
    lose: (error: Failure = broken) => actor.send({ type: 'stream.failed', error, ...facts() }),
    end: (more: Partial<TransportEvent> = {}) =>
      actor.send({ type: 'stream.ended', error: ended, ...facts(), ...more } as TransportEvent),
    receive: (lastEventId: string, retry?: number) =>
      actor.send({
        type: 'stream.messages',
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
    const used = { guards: new Set(), actions: new Set(), delays: new Set(), actors: new Set() };
    for (const node of states()) {
      for (const transition of transitionsOf(node)) {
        if (transition.guard) used.guards.add(transition.guard);
        for (const action of transition.actions) used.actions.add(nameOf(action));
      }
      for (const action of [...node.entry, ...node.exit]) used.actions.add(nameOf(action));
      for (const { delay } of node.after) used.delays.add(delay);
      for (const { src } of node.invoke) used.actors.add(src);
    }
    used.actors.add('transport'); // by `sendRequest`
    const userNamed = [...used.actions].filter((action) => typeof action === 'string');
    expect(new Set(userNamed)).toEqual(new Set(namesIn(connectionMachine, 'actions')));
    expect(used.guards).toEqual(new Set(namesIn(connectionMachine, 'guards')));
    expect(used.delays).toEqual(new Set(namesIn(connectionMachine, 'delays')));
    expect(used.actors).toEqual(new Set(namesIn(connectionMachine, 'actors')));
    // The rest are the timers that XState adds for `after`.
    for (const action of used.actions) {
      if (typeof action !== 'string')
        expect(action).toHaveProperty('type', expect.stringMatching(/^xstate\./));
    }
  });

  test('gives every state exactly one status', () => {
    const leaves = states().filter(({ type }) => type === 'atomic');
    expect(leaves).toHaveLength(13);
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
      attempts: 0,
      stream: null,
      repeatable: 'always',
      credentials: 'good',
      doubt: { proofTime: 5_000, lost: 0 },
      mayHaveMissed: false,
      chargedAt: null,
      closeReason: null,
    });
  });

  test('connects at once by default', () => {
    const run = start();
    expect(run.value).toEqual({ live: 'connecting' });
    expect(run.attempts.map(({ input }) => input)).toEqual([
      { connection: run.actor, lastEventId: '', refresh: false },
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

  test('refuses an invalid setting, and names it', () => {
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
    expect(run.attempts[1]?.told).toEqual(['stream.settle']);
  });

  test('stops a server that accepts and drops at once', () => {
    const run = start({ maxRetries: 5 });
    for (let attempt = 0; attempt <= 5; attempt += 1) {
      run.accept();
      run.receive('1');
      run.clock.advance(100);
      run.fail(broken);
      run.clock.advance(30_000);
    }
    expect([run.status, run.attempts.length]).toEqual(['failed', 6]);
  });

  test('is made whole by news: an event ID that was never seen before', () => {
    const run = start({ maxRetries: 1, jitter: 'none' });
    for (let id = 1; id < 50; id += 1) {
      run.accept();
      run.receive(String(id));
      run.say('stream.progressed');
      run.fail(broken);
      expect(run.context).toMatchObject({ retries: 1, retryDelay: 1_000 });
      run.clock.advance(1_000);
    }
    run.fail();
    expect(run.status).toBe('failed');
  });

  test('is made whole by messages without IDs, where the server itself ends the stream; not by a break', () => {
    const run = start({ maxRetries: 1, jitter: 'none' });
    for (let stream = 1; stream < 50; stream += 1) {
      run.accept();
      run.receive('');
      run.end({ hadMessages: true });
      expect(run.context).toMatchObject({ retries: 1, retryDelay: 1_000 });
      run.clock.advance(1_000);
    }
    run.accept();
    run.end({ hadMessages: false });
    expect(run.context.error).toMatchObject({
      kind: 'exhausted',
      message: expect.stringMatching('after 1 retries'),
    });

    const dropped = start({ maxRetries: 0 });
    dropped.accept();
    dropped.receive('');
    dropped.fail(broken);
    expect(dropped.status).toBe('failed');
    const ended = start({ maxRetries: 0 });
    ended.accept();
    ended.end({ hadMessages: false });
    expect(ended.status).toBe('failed');
    const withIds = start({ maxRetries: 0 });
    withIds.accept();
    withIds.receive('1');
    withIds.end({ hadMessages: true });
    expect(withIds.status).toBe('failed');
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

  test.each([
    [200, 200, 400],
    [5_000, 5_000, 10_000],
    [10, 10, 110], // the delays start from 100 ms at least
    [0, 0, 100],
    [1e12, 300_000, 330_000], // the floor is clamped, and so is the growth
  ])('after `retry: %i` is %i to %i ms', (retry, least, most) => {
    for (const [random, delay] of [
      [0, least],
      [1, most],
    ] as const) {
      const run = start();
      run.clock.setRandom(Math.min(random, 1 - 2 ** -53));
      run.accept();
      run.receive('1', retry);
      run.receive('1b');
      run.fail(broken);
      expect(run.context.retryDelay).toBe(delay);
    }
  });

  test('grows from what the server asked for, by the factor', () => {
    const run = start({ jitter: 'none' });
    run.accept();
    run.receive('1', 2_000);
    for (const delay of [4_000, 6_000, 10_000, 18_000, 32_000]) {
      run.fail();
      expect(run.context.retryDelay).toBe(delay);
      run.clock.advance(delay);
    }
  });

  test('takes the delay that a jitter function of the app made', () => {
    const run = start();
    const spread: number[] = [];
    run.fail(unavailable, { jitter: (delay) => 70 + spread.push(delay) });
    expect([run.context.retryDelay, spread]).toEqual([71, [1_000]]);
    run.clock.advance(71);
    run.fail(unavailable, { jitter: () => undefined });
    expect(run.context.retryDelay).toBe(1_000); // half of 2 000
  });

  test('grows from the delay before with decorrelated jitter', () => {
    const run = start({ jitter: 'decorrelated' });
    run.clock.setRandom(0.5);
    run.fail();
    expect(run.context.retryDelay).toBe(2_000); // halfway between 1 000 and 3 × 1 000
    run.clock.advance(2_000);
    run.fail();
    expect(run.context.retryDelay).toBe(3_500); // halfway between 1 000 and 3 × 2 000
    run.clock.advance(3_500);
    run.accept();
    run.end({ hadMessages: true }); // news: a first delay again
    expect(run.context.retryDelay).toBe(2_000);
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

  test('401 causes one refresh and costs no retry; a second one in a row fails', () => {
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
    stopped.accept();
    stopped.end();
    expect(stopped.status).toBe('closed');
    const failed = start({ policy: { ended: 'fail' } });
    failed.accept();
    failed.end();
    expect([failed.status, failed.context.error?.kind]).toEqual(['failed', 'ended']);
  });
});

describe('an unsafe request', () => {
  const unsent: Failure = { kind: 'network', message: 'Nothing was sent.', unsent: true };

  test.each([
    [broken, 'failed'],
    [{ kind: 'timeout', message: '' }, 'failed'],
    [{ kind: 'http', status: 500, message: '' }, 'failed'],
    [{ kind: 'http', status: 502, message: '' }, 'failed'],
    [{ kind: 'http', status: 408, message: '' }, 'failed'],
    [{ kind: 'http', status: 425, message: '' }, 'backoff'],
    [{ kind: 'http', status: 429, message: '' }, 'backoff'],
    [unavailable, 'backoff'],
    [unsent, 'backoff'],
  ] as [Failure, string][])('is repeated only where it did nothing: %o → %s', (error, status) => {
    const run = start();
    run.ready(true);
    run.fail(error);
    expect([run.status, run.attempts.length]).toEqual([status, 1]);
    if (status === 'failed') expect(run.context.error).toEqual(error);
  });

  test('is repeated after a 401 with fresh credentials: it was not applied', () => {
    const run = start();
    run.ready(true);
    run.fail(unauthorized, { refreshable: true });
    expect([run.status, run.attempts.length]).toEqual(['connecting', 2]);
  });

  test('whose stream has broken is not repeated, not even when there is an event ID', () => {
    const run = start();
    run.accept(true);
    run.receive('5');
    run.fail(broken);
    expect([run.status, run.context.error]).toEqual(['failed', broken]);
    for (const type of ['network.online', 'page.visible', 'page.resumed'] as const) run.signal(type);
    expect(run.attempts).toHaveLength(1);
  });

  test('is repeated where the app allows it', () => {
    const run = start({ retryUnsafe: true });
    run.accept(true);
    run.fail(broken);
    expect(run.status).toBe('backoff');
  });

  test('is continued by a safe one once there is an ID, until the server resets the ID', () => {
    const run = start();
    run.accept(true, true);
    run.receive('5');
    run.fail(broken);
    expect(run.status).toBe('backoff');
    run.clock.advance(1_000);
    run.accept(true, true);
    run.receive('');
    run.fail(broken);
    expect(run.status).toBe('failed');
  });

  test('whose stream ends without the message of `closeOn` was cut short', () => {
    const run = start();
    run.accept(true);
    run.end({ final: false });
    expect([run.status, run.context.error]).toEqual(['failed', ended]);
  });

  test('whose answer is complete is not resumed after it: the next one begins anew', () => {
    const run = start();
    run.accept(true, true);
    run.receive('5');
    run.end({ final: true });
    expect([run.status, run.context.closeReason, run.context.lastEventId]).toEqual(['closed', 'ended', '']);
  });

  test.each(['open', 'reconnect'] as const)('is sent again by %s(), because the app asks for it', (type) => {
    const run = start();
    run.ready(true);
    run.fail(broken);
    run.actor.send({ type });
    expect([run.status, run.attempts.length]).toEqual(['connecting', 2]);
  });

  test('that waits to be sent again can be paused and resumed', () => {
    const run = start({ pauseWhenHidden: true });
    run.ready(true);
    run.fail(unavailable);
    run.signal('page.hidden');
    expect([run.status, run.context.closeReason]).toEqual(['closed', 'paused']);
    run.signal('page.visible');
    expect(run.attempts).toHaveLength(2);
  });

  test('is not paused with a hidden page, as it could not be resumed', () => {
    const run = start({ pauseWhenHidden: true });
    run.accept(true);
    run.signal('page.hidden');
    expect([run.status, run.alive]).toEqual(['open', 1]);
  });
});

describe('an event ID that the server no longer knows', () => {
  const gone: Failure = { kind: 'http', status: 410, message: 'The server answered 410: no stream here.' };

  test('is forgotten and announced, and the stream is requested at once without it', () => {
    const run = start({ lastEventId: '7' });
    run.fail(gone);
    expect([run.status, run.context.retries, run.context.lastEventId]).toEqual(['connecting', 0, '']);
    expect(run.attempts.map(({ input }) => input.lastEventId)).toEqual(['7', '']);
    expect(run.emitted).toEqual([
      { type: 'failure', error: gone, retries: 0, retryDelay: null, retryAt: null },
      { type: 'gap', reason: 'forgotten', lastEventId: '7' },
    ]);
  });

  test('is forgotten once: a 410 without an ID is final', () => {
    const run = start({ lastEventId: '7' });
    run.fail(gone);
    run.fail(gone);
    expect([run.status, run.attempts.length]).toEqual(['failed', 2]);
  });

  test('ends a stream that an unsafe request began: without it there is nothing to continue', () => {
    const run = start({ lastEventId: '7' });
    run.ready(true, true);
    run.fail(gone);
    expect([run.status, run.attempts.length]).toEqual(['failed', 1]);
  });

  test('is one that the app may forget itself, or replace', () => {
    const run = start({ lastEventId: '7' });
    run.accept();
    run.actor.send({ type: 'reconnect', lastEventId: '' });
    run.accept();
    run.actor.send({ type: 'reconnect', lastEventId: '5' });
    expect(run.attempts.map(({ input }) => input.lastEventId)).toEqual(['7', '', '5']);
    expect([run.alive, run.status]).toEqual([1, 'connecting']);
    expect(run.emitted.map(({ type }) => type)).toEqual(['opened', 'opened']);
  });

  test('is given up where the URL leads elsewhere, and the stream of the former URL is dropped', () => {
    const first = start({ lastEventId: '7' });
    first.say('request.moved');
    expect([first.context.lastEventId, first.emitted.at(-1)]).toEqual([
      '',
      { type: 'gap', reason: 'forgotten', lastEventId: '7' },
    ]);
    const run = start({ lastEventId: '7' });
    run.accept();
    run.actor.send({ type: 'reconnect' });
    run.say('request.moved');
    expect([run.status, run.alive, run.context.lastEventId]).toEqual(['connecting', 1, '']);
  });
});

describe('a stream without event IDs', () => {
  test('that was interrupted has a gap when it opens again', () => {
    const run = start();
    run.accept();
    run.receive('');
    run.fail(broken);
    run.clock.advance(1_000);
    run.accept();
    expect(run.emitted.slice(-2)).toEqual([
      { type: 'opened' },
      { type: 'gap', reason: 'no-ids', lastEventId: '' },
    ]);
  });

  test('has no gap when it first opens, nor when it has IDs after all', () => {
    const first = start();
    first.fail();
    first.clock.advance(1_000);
    first.accept();
    const identified = start();
    identified.accept();
    identified.receive('1');
    identified.fail(broken);
    identified.clock.advance(1_000);
    identified.accept();
    for (const run of [first, identified]) {
      expect(run.emitted.some(({ type }) => type === 'gap')).toBe(false);
    }
  });
});

describe('the network', () => {
  test('that seems to be gone costs no retry, and is tried now and then, because that may be wrong', () => {
    const run = start();
    run.fail(broken, { offline: true });
    expect([run.value, run.context.retries]).toEqual([{ backoff: 'offline' }, 0]);
    expect(run.context.retryDelay).toBe(22_500); // a half to all of `maxRetryDelay`
    run.clock.advance(22_500);
    expect([run.status, run.attempts.length]).toEqual(['connecting', 2]);
    run.fail(broken, { offline: true });
    run.signal('network.online');
    expect([run.status, run.attempts.length, run.context.retries]).toEqual(['connecting', 3, 0]);
  });

  test('exists if the server has answered, whatever the platform says', () => {
    for (const error of [unavailable, ended]) {
      const run = start();
      run.accept();
      if (error === ended) run.end({ offline: true });
      else run.fail(error, { offline: true });
      expect([run.value, run.context.retries]).toEqual([{ backoff: 'waiting' }, 1]);
      run.signal('network.offline');
      expect(run.value).toEqual({ backoff: 'waiting' });
    }
  });

  test('that goes away suspends the wait; its return ends it and leaves the count', () => {
    const run = start({ jitter: 'none' });
    run.fail({ kind: 'timeout', message: '' });
    run.signal('network.offline');
    expect([run.value, run.context.retryDelay]).toEqual([{ backoff: 'offline' }, 30_000]);
    run.signal('network.online');
    expect([run.status, run.context.retries]).toEqual(['connecting', 1]);
  });

  test('that seems to be gone is tried when the page is shown or resumed', () => {
    for (const type of ['page.visible', 'page.resumed'] as const) {
      const run = start();
      run.fail(broken, { offline: true });
      run.signal(type);
      expect(run.status).toBe('connecting');
    }
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

  test('a clock that was set back does not delay a wake-up', () => {
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

  test('still waits as long as the server asked for', () => {
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
  function open(settings?: ConnectionInput, unsafe = false) {
    const run = start(settings);
    run.accept(unsafe);
    run.receive('7');
    return run;
  }
  const forbidden: Failure = { kind: 'forbidden', status: 403, message: 'No.' };

  test('goes on until the next one is open, when reconnect() or another URL asks for it', () => {
    for (const type of ['reconnect', 'move'] as const) {
      const run = open();
      run.actor.send({ type });
      expect([run.status, run.alive, run.attempts[0]?.alive]).toEqual(['open', 2, true]);
      run.clock.advance(3);
      run.accept();
      expect([run.value, run.context.openedAt]).toEqual([{ live: { open: 'fresh' } }, run.clock.now()]);
      expect([run.alive, run.attempts[0]?.alive]).toEqual([1, false]);
      expect(run.emitted.filter((event) => event.type === 'opened')).toHaveLength(2);
    }
  });

  test('asked for twice leaves one request, the latest', () => {
    const run = open();
    run.actor.send({ type: 'reconnect' });
    run.actor.send({ type: 'reconnect' });
    expect(run.attempts.map(({ alive }) => alive)).toEqual([true, false, true]);
  });

  test('is dropped first when it has no event IDs, or when its method is unsafe', () => {
    const nameless = start();
    nameless.accept();
    nameless.actor.send({ type: 'reconnect' });
    expect([nameless.status, nameless.attempts.length, nameless.alive]).toEqual(['connecting', 2, 1]);
    const unsafe = open({}, true);
    unsafe.actor.send({ type: 'reconnect' });
    expect([unsafe.status, unsafe.attempts.length, unsafe.alive]).toEqual(['connecting', 2, 1]);
  });

  test.each([204, 400, 401, 403, 404, 409, 429])(
    'is dropped where the server answers %i to a second one: it wants only one, and is asked once more',
    (status) => {
      const run = open({ jitter: 'none' });
      run.actor.send({ type: 'reconnect' });
      run.fail({ kind: status === 204 ? 'ended' : 'http', status, message: '' });
      expect([run.status, run.alive, run.context.retries]).toEqual(['backoff', 0, 0]);
      run.clock.advance(1_499); // the server may need a moment to notice
      expect(run.attempts).toHaveLength(2);
      run.clock.advance(1);
      run.accept();
      expect(run.context).toMatchObject({ attempts: 3, stream: 3 });
      expect([run.status, run.attempts.at(-1)?.input.lastEventId]).toEqual(['open', '7']);
      run.actor.send({ type: 'reconnect' });
      run.fail(forbidden);
      run.clock.advance(1_500);
      run.fail(forbidden); // only that answer counts
      expect([run.status, run.context.error]).toEqual(['failed', forbidden]);
    },
  );

  test('is dropped for one with fresh credentials, where those of the second one are refused', () => {
    const run = open();
    run.actor.send({ type: 'reconnect' });
    run.fail({ kind: 'unauthorized', status: 401, message: '' }, { refreshable: true });
    expect([run.status, run.alive, run.attempts.at(-1)?.input.refresh]).toEqual(['connecting', 1, true]);
  });

  test.each([
    broken,
    { kind: 'timeout', message: '' },
    unavailable,
    { kind: 'http', status: 429, retryAfter: 60_000, message: '' },
    { kind: 'content-type', status: 200, message: '' },
  ] as Failure[])('goes on, uncharged and in doubt, where the next one is lost: %o', (error) => {
    const run = open();
    run.actor.send({ type: 'reconnect' });
    run.fail(error);
    expect([run.value, run.alive, run.context.retries]).toEqual([{ live: { open: 'doubted' } }, 1, 0]);
    expect(run.context.error).toBeNull();
    expect(run.emitted.at(-1)).toEqual({
      type: 'failure',
      error,
      retries: 0,
      retryDelay: null,
      retryAt: null,
    });
    expect(run.attempts[0]?.told).toEqual(['stream.prove']);
    run.say('stream.alive');
    expect(run.value).toEqual({ live: { open: 'fresh' } });
  });

  test('that is silent, and whose replacements are lost, is requested again less and less often', () => {
    const run = open({ jitter: 'none' });
    run.signal('network.online');
    for (const wait of [5_000, 7_000, 9_000, 13_000, 21_000, 35_000, 35_000]) {
      run.clock.advance(wait - 1);
      expect(run.value).toEqual({ live: { open: 'doubted' } });
      run.clock.advance(1);
      expect(run.value).toEqual({ live: { open: { replacing: 'verifying' } } });
      run.fail(broken);
    }
    expect([run.alive, run.context.retries, run.attempts[0]?.alive]).toEqual([1, 0, true]);
  });

  test('remembers how long the server wants no other request', () => {
    const run = open({ jitter: 'none' });
    run.actor.send({ type: 'reconnect' });
    run.fail({ ...unavailable, retryAfter: 60_000 });
    expect(run.context.doubt).toEqual({ proofTime: 60_000 + 5_000 + 2_000, lost: 1 });
    run.clock.advance(10_000);
    run.fail(broken);
    expect(run.context.retryDelay).toBe(50_000 + 1_000);
  });

  test('that has shown that it is alive is trusted as at first', () => {
    const run = open();
    run.actor.send({ type: 'reconnect' });
    run.fail({ ...unavailable, retryAfter: 60_000 });
    run.say('stream.alive');
    expect(run.context.doubt).toEqual({ proofTime: 5_000, lost: 0 });
    run.say('stream.overslept');
    run.clock.advance(5_000);
    expect(run.value).toEqual({ live: { open: { replacing: 'verifying' } } });
  });

  test('has five seconds to show that it is alive when the network has changed, or the machine has slept', () => {
    for (const doubt of [
      (run: ReturnType<typeof open>) => run.signal('network.online'),
      (run: ReturnType<typeof open>) => run.say('stream.overslept'),
    ]) {
      const run = open();
      doubt(run);
      expect([run.attempts[0]?.told, run.value]).toEqual([['stream.prove'], { live: { open: 'doubted' } }]);
      run.clock.advance(4_000);
      doubt(run);
      run.clock.advance(999);
      expect(run.alive).toBe(1);
      run.clock.advance(1);
      expect([run.value, run.alive]).toEqual([{ live: { open: { replacing: 'verifying' } } }, 2]);
      run.say('stream.alive');
      expect([run.value, run.alive, run.attempts[0]?.alive]).toEqual([{ live: { open: 'fresh' } }, 1, true]);
    }
  });

  test('that is doubted is never replaced if that could lose events or repeat an effect', () => {
    const nameless = start();
    nameless.accept();
    nameless.signal('network.online');
    nameless.clock.advance(5_000);
    expect([nameless.status, nameless.attempts.length, nameless.alive]).toEqual(['connecting', 2, 1]);
    const unsafe = open({}, true);
    unsafe.signal('network.online');
    unsafe.clock.advance(5_000);
    expect([unsafe.value, unsafe.attempts.length]).toEqual([{ live: { open: 'fresh' } }, 1]);
    unsafe.clock.advance(5_000);
    expect([unsafe.value, unsafe.attempts.length]).toEqual([{ live: { open: 'stable' } }, 1]);
  });

  test('that expires is renewed once it has lasted, so that a server which always says so is not hammered', () => {
    const run = open();
    run.say('stream.expiring');
    run.say('stream.expiring');
    run.clock.advance(4_999);
    expect(run.attempts).toHaveLength(1);
    run.clock.advance(1);
    expect(run.value).toEqual({ live: { open: { replacing: 'renewing' } } });
    expect(run.attempts.map(({ input }) => input.refresh)).toEqual([false, true]);
    run.say('stream.expiring');
    expect(run.attempts).toHaveLength(2);
  });

  test('whose renewal is refused goes on, and is not renewed any more', () => {
    const run = open();
    run.clock.advance(5_000);
    run.say('stream.expiring');
    run.fail({ ...forbidden, retryAfter: 60_000 });
    expect([run.value, run.alive, run.context.error]).toEqual([{ live: { open: 'stable' } }, 1, null]);
    run.say('stream.expiring');
    expect(run.attempts).toHaveLength(2);
    run.fail(broken);
    expect(run.context.retryDelay).toBe(60_500);
  });

  test.each(['network', 'timeout'] as const)(
    'whose renewal is lost on the way (%s) is doubted, and renewed once it is trusted and the server says so again',
    (kind) => {
      const run = open();
      run.clock.advance(5_000);
      run.say('stream.expiring');
      run.fail({ kind, message: '' });
      expect(run.value).toEqual({ live: { open: 'doubted' } });
      run.say('stream.alive');
      run.clock.advance(5_000);
      expect(run.value).toEqual({ live: { open: 'stable' } });
      run.say('stream.expiring');
      expect(run.value).toEqual({ live: { open: { replacing: 'renewing' } } });
    },
  );

  test('is dropped before its renewal when the two cannot be open at once', () => {
    const run = start();
    run.accept();
    run.clock.advance(5_000);
    run.say('stream.expiring');
    expect(run.alive).toBe(2);
    run.ready();
    expect([run.status, run.alive, run.attempts[0]?.alive]).toEqual(['connecting', 1, false]);
  });

  test('stays alone where its renewal would repeat an effect by now', () => {
    const run = start();
    run.accept(true, true);
    run.receive('7');
    run.clock.advance(5_000);
    run.say('stream.expiring');
    run.receive('');
    run.ready(true, true);
    expect([run.value, run.alive, run.attempts[0]?.alive]).toEqual([{ live: { open: 'fresh' } }, 1, true]);
  });

  test('that breaks takes the expiry of its credentials with it', () => {
    const run = open();
    run.say('stream.expiring');
    expect(run.context.credentials).toBe('expiring');
    run.fail();
    expect(run.context.credentials).toBe('good');
  });

  test('that expires and is unsafe is left alone', () => {
    const run = start();
    run.accept(true);
    run.clock.advance(5_000);
    run.say('stream.expiring');
    expect([run.status, run.attempts.length]).toEqual(['open', 1]);
  });

  test.each(['lose', 'end', 'overrun'] as const)(
    'that is over before the next one is open (%s) shows as connecting, and costs nothing',
    (how) => {
      const run = open();
      run.actor.send({ type: 'reconnect' });
      if (how === 'lose') run.lose({ kind: 'too-large', message: '' });
      if (how === 'end') run.end();
      if (how === 'overrun') run.say('stream.overran');
      expect([run.status, run.attempts.length, run.alive, run.context.openedAt]).toEqual([
        'connecting',
        2,
        1,
        null,
      ]);
      run.accept();
      expect([run.status, run.context.retries]).toEqual(['open', 0]);
    },
  );

  test('that the server closes for good also ends the request for the next one', () => {
    const run = open();
    run.actor.send({ type: 'reconnect' });
    run.end({ final: true });
    expect([run.status, run.alive, run.context.closeReason]).toEqual(['closed', 0, 'ended']);
  });
});

describe('a component that goes away and comes back', () => {
  const at = (run: ReturnType<typeof start>) => run.clock.now();

  test('finds its connection as it was: nothing runs meanwhile, and the budget stays as it is', () => {
    for (const [bring, retries] of [
      ['connecting', 0],
      ['open', 0],
      ['backoff', 1],
      ['offline', 0],
      ['paused', 0],
    ] as const) {
      const run = start({ pauseWhenHidden: true });
      if (bring === 'open') run.accept();
      if (bring === 'backoff') run.fail();
      if (bring === 'offline') run.fail(broken, { offline: true });
      if (bring === 'paused') run.signal('page.hidden');
      run.actor.send({ type: 'suspend' });
      expect([run.value, run.alive, run.clock.pending, run.context.closeReason]).toEqual([
        { closed: 'suspended' },
        0,
        0,
        'app',
      ]);
      for (const type of ['network.online', 'page.visible', 'page.resumed'] as const) run.signal(type);
      expect(run.status).toBe('closed');
      run.actor.send({ type: 'resume', at: at(run) });
      expect([bring, run.status, run.context.retries]).toEqual([bring, 'connecting', retries]);
    }
  });

  test('still waits as long as the server asked for', () => {
    const run = start();
    run.fail({ ...unavailable, retryAfter: 60_000 });
    run.actor.send({ type: 'suspend' });
    run.clock.advance(1_000);
    run.actor.send({ type: 'resume', at: at(run) });
    expect([run.status, run.context.retryDelay, run.attempts.length]).toEqual(['backoff', 59_000, 1]);
  });

  test('does not bring back what the app has closed, what has ended, or what has failed', () => {
    const closed = start();
    closed.actor.send({ type: 'close' });
    const over = start();
    over.accept();
    over.end({ final: true });
    const failed = start();
    failed.fail(unauthorized);
    for (const run of [closed, over, failed]) {
      const { error } = run.context;
      run.actor.send({ type: 'suspend' });
      run.actor.send({ type: 'resume', at: at(run) });
      expect([run.value, run.attempts.length, run.context.error]).toEqual([{ closed: 'inactive' }, 1, error]);
    }
  });

  test('does not repeat an effect: an unsafe request that had left is closed for good', () => {
    const run = start();
    run.actor.send({ type: 'suspend' }); // nothing was sent yet
    run.actor.send({ type: 'resume', at: at(run) });
    expect(run.attempts).toHaveLength(2);
    run.ready(true);
    run.actor.send({ type: 'suspend' });
    run.actor.send({ type: 'resume', at: at(run) });
    expect([run.value, run.attempts.length]).toEqual([{ closed: 'inactive' }, 2]);
  });

  test('takes the ID of the last message that reached the app as the one to resume after', () => {
    const run = start();
    run.accept();
    run.receive('9');
    run.actor.send({ type: 'suspend', lastEventId: '7' });
    run.actor.send({ type: 'resume', at: at(run) });
    expect(run.attempts.at(-1)?.input.lastEventId).toBe('7');
  });
});

describe('another URL', () => {
  test('is requested at once in any state, also after the end and after a failure', () => {
    for (const bring of ['connecting', 'open', 'backoff', 'failed', 'ended'] as const) {
      const run = start();
      if (bring === 'open' || bring === 'ended') run.accept();
      if (bring === 'backoff') run.fail();
      if (bring === 'failed') run.fail(unauthorized);
      if (bring === 'ended') run.end({ final: true });
      run.actor.send({ type: 'move' });
      expect([bring, run.status, run.attempts.length]).toEqual([bring, 'connecting', 2]);
    }
  });

  test('opens nothing that is closed by the app, suspended, or paused', () => {
    for (const bring of ['closed', 'suspended', 'paused'] as const) {
      const run = start({ pauseWhenHidden: true });
      if (bring === 'closed') run.actor.send({ type: 'close' });
      if (bring === 'suspended') run.actor.send({ type: 'suspend' });
      if (bring === 'paused') run.signal('page.hidden');
      run.actor.send({ type: 'move' });
      expect([bring, run.status, run.attempts.length]).toEqual([bring, 'closed', 1]);
    }
  });
});

describe('a page that is frozen', () => {
  test('closes its connection, and resumes it without a retry', () => {
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

  test('comes back hidden: it stays closed only where hidden pages are to be paused', () => {
    for (const [pauseWhenHidden, statuses] of [
      [false, ['connecting', 'connecting']],
      [true, ['closed', 'connecting']],
    ] as const) {
      const run = start({ pauseWhenHidden });
      run.signal('page.frozen');
      run.actor.send({ type: 'page.resumed', at: 0, hidden: true });
      expect(run.status).toBe(statuses[0]);
      run.signal('page.frozen');
      run.actor.send({ type: 'page.resumed', at: 0, hidden: false });
      expect(run.status).toBe(statuses[1]);
    }
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
    run.ready(true);
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

test('a failure that is followed at once by an offline event costs no retry', () => {
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

test('a wait that follows no failure, but a refused renewal, can be suspended too', () => {
  const run = start();
  run.accept();
  run.receive('7');
  run.clock.advance(5_000);
  run.say('stream.expiring');
  run.fail({ ...unavailable, retryAfter: 60_000 });
  run.signal('page.frozen');
  run.signal('page.resumed');
  expect([run.status, run.context.error, run.context.retryDelay]).toEqual(['backoff', null, 60_000]);
  run.signal('network.offline');
  expect([run.value, run.actor.getSnapshot().status]).toEqual([{ backoff: 'offline' }, 'active']);
});

test('a clock that was set back delays nothing', () => {
  const run = start();
  run.accept();
  run.receive('7');
  run.actor.send({ type: 'reconnect' });
  run.fail({ ...unavailable, retryAfter: 60_000 });
  run.actor.send({ type: 'stream.failed', error: broken, at: run.clock.now() - 3_600_000, random: 0 });
  expect(run.context.retryDelay).toBe(0);
});

test('a gap that the server admits is announced', () => {
  const run = start({ lastEventId: '7' });
  run.accept();
  run.actor.send({ type: 'stream.gap', lastEventId: '7', resumedAfter: 'earliest' });
  expect(run.emitted.at(-1)).toEqual({
    type: 'gap',
    reason: 'server',
    lastEventId: '7',
    resumedAfter: 'earliest',
  });
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
    const type = retries === 1 ? 'stream.failed' : 'request.failed';
    actor.send({ type, error: unavailable, at: run.clock.now(), random: 0.5 });
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

test('announces the events that an app logs and counts', () => {
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
  run.actor.send({ type: 'stream.messages', messages: [], lastEventId: '8' });
  expect([run.context.lastEventId, run.emitted.length]).toEqual(['8', 1]);
});

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type ConnectionOptions, connectionStatuses, createConnection } from '../../index.ts';
import {
  connectionPaths,
  createScriptedTransport,
  createTestClock,
  createTestPage,
  type ExpectedState,
  type PathEvent,
  type PathStep,
  pathEvents,
} from '../../testing/index.ts';
import { actAs, movingUrl } from '../model/app.ts';
import { propertyParameters, propertyTimeout } from '../support/property-runs.ts';
import { steppedRefresh } from '../support/stepped-refresh.ts';

/** Everything that a step can be played with, and a connection without a network. */
function setUp(options: ConnectionOptions, refreshesInSteps = false) {
  const page = createTestPage();
  const [server, clock] = [createScriptedTransport(), createTestClock()];
  const { refresh, finish } = steppedRefresh();
  const url = movingUrl('/events');
  const connection = createConnection(url.get, {
    ...options,
    ...(options.refresh && refreshesInSteps && { refresh }),
    clock,
    transport: server.transport,
  });
  cleanUp = async () => {
    cleanUp = async () => {};
    page.restore();
    await connection[Symbol.asyncDispose]();
  };
  return {
    stage: { server, clock, page, app: actAs(connection, url), refresh: finish },
    seen(): ExpectedState {
      const { status, retries, error, retryAt, lastEventId, closeReason } = connection.state;
      const retryIn = retryAt === null ? null : retryAt - clock.now();
      const { requests, openStreams } = server;
      const errorKind = error?.kind ?? null;
      return {
        status,
        retries,
        errorKind,
        retryIn,
        lastEventId,
        closeReason,
        requests: requests.length,
        openStreams,
      };
    },
  };
}

let cleanUp = async () => {};

afterEach(() => cleanUp());

describe('every path, on a scripted transport', () => {
  const apps: Record<string, ConnectionOptions> = {
    'with the defaults': { maxRetries: 2 },
    'that has one retry and pauses when hidden': {
      maxRetries: 1,
      pauseWhenHidden: true,
      idleTimeout: 20_000,
    },
    'that posts, and never gives up': { method: 'POST', maxRetries: Infinity, jitter: 'decorrelated' },
    'that spreads its retries in its own way': {
      maxRetries: 1,
      jitter: (delay) => delay / 4,
      retryDelay: 300,
    },
  };

  for (const [name, options] of Object.entries(apps)) {
    it(`of a connection ${name}`, () => walkAll(options));
  }

  it('of a connection with any options', { timeout: propertyTimeout }, async () => {
    const property = fc.asyncProperty(anyOptions, fc.boolean(), (options, refreshesInSteps) =>
      walkAll(options, refreshesInSteps ? pathEvents.filter((event) => event !== 'revive') : undefined),
    );
    await fc.assert(property, propertyParameters(6));
  });
});

async function walkAll(options: ConnectionOptions, events?: readonly PathEvent[]): Promise<void> {
  for (const { name: path, options: own, start, steps } of connectionPaths({
    options,
    events,
    maxLength: 9,
  })) {
    const { stage, seen } = setUp(own, events?.includes('refresh'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen(), path).toEqual(start);
    for (const { play, expected, name: step } of steps) {
      await play(stage);
      expect(seen(), `${step}, of: ${path}`).toEqual(expected);
    }
    await cleanUp();
  }
}

const option = <const Values extends readonly unknown[]>(...values: Values) =>
  fc.option(fc.constantFrom<Values[number][]>(...values), { nil: undefined });

const anyOptions: fc.Arbitrary<ConnectionOptions> = fc.record({
  maxRetries: fc.constantFrom(0, 1, 2, 3, Infinity),
  retryDelay: option(0, 1, 100),
  maxRetryDelay: option(500),
  retryFactor: option(1, 3),
  jitter: option('equal', 'none', 'decorrelated', (delay: number) => delay / 3),
  maxRetryAfter: option(0, 5_000),
  connectTimeout: option(0, 3_000),
  // A quarter of a millisecond, so that it never falls together with another time, when either may come first.
  idleTimeout: option(4_000.25, 20_000.25, 'auto'),
  stableAfter: option(0, 1_000, 30_000),
  pauseWhenHidden: option(true),
  retryUnsafe: option(true),
  immediate: option(false),
  method: option('POST', 'HEAD'),
  refreshOn: option('expiring'),
  closeOn: option(['bye', 'farewell'], ({ data }: { data: unknown }) => data === 'bye'),
  resume: option({}),
  refresh: option(() => {}),
  lastEventId: option('7'),
  events: option(['note', 'expiring', 'bye', 'farewell']),
  policy: fc.dictionary(
    fc.constantFrom('404', '410', '503', '4xx', '204', 'network', 'ended', 'timeout', 'idle', 'unauthorized'),
    fc.constantFrom('retry', 'fail', 'stop', 'refresh', 'restart'),
    { maxKeys: 2 },
  ),
});

describe('the paths', () => {
  it('go through all five statuses', () => {
    const statuses = connectionPaths().flatMap(({ steps }) => steps.map(({ expected }) => expected.status));
    expect([...new Set(statuses)].sort()).toEqual([...connectionStatuses].sort());
  });

  it('are the same every time, each with a name of its own', () => {
    const names = connectionPaths().map(({ name }) => name);
    expect(connectionPaths().map(({ name }) => name)).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
  });

  it('can be had by the status at the end, by length and by what happens', () => {
    const endings = (paths = connectionPaths()) => [
      ...new Set(paths.map(({ steps }) => steps.at(-1)?.expected.status)),
    ];
    expect(endings(connectionPaths({ status: 'failed' }))).toEqual(['failed']);
    expect(endings(connectionPaths({ status: ['open', 'closed'] })).sort()).toEqual(['closed', 'open']);

    const short = connectionPaths({ maxLength: 3 });
    expect(Math.max(...short.map(({ steps }) => steps.length))).toBe(3);

    const few = connectionPaths({ events: ['accept', 'refuse', 'wait'] });
    const events = few.flatMap(({ steps }) => steps.map(({ event }: PathStep) => event));
    expect([...new Set(events)].sort()).toEqual(['accept', 'refuse', 'wait']);
  });

  it('say in words what happens', () => {
    const [path] = connectionPaths({ events: ['refuse', 'wait', 'accept'], status: 'open' });
    expect(path?.name).toBe('the server accepts, then the stream has lasted');
  });

  it('let the refresh of the credentials take its time, where that is asked for', async () => {
    const options = { refresh: () => {}, maxRetries: 1 };
    expect(
      connectionPaths({ options }).some(({ steps }) => steps.some(({ event }) => event === 'refresh')),
    ).toBe(false);
    const paths = connectionPaths({ options, events: ['refuse', 'refresh'], status: 'failed' });
    const path = paths.find(({ name }) => name.includes('refreshed') && name.endsWith('401'));
    expect(path?.steps.map(({ name }) => name)).toEqual([
      'the server answers 401',
      'the credentials are refreshed',
      'the server answers 401',
    ]);
    const { stage, seen } = setUp(options, true);
    for (const { play, expected } of path?.steps ?? []) {
      await play(stage);
      expect(seen()).toEqual(expected);
    }
  });

  it('can be played as soon as there is a connection, also where nothing comes of its first request', async () => {
    const paths = connectionPaths({ events: ['wait'], maxLength: 1 });
    const { stage, seen } = setUp({});
    for (const { play, expected } of paths[0]?.steps ?? []) {
      await play(stage);
      expect(seen()).toEqual(expected);
    }
    expect(seen()).toMatchObject({ status: 'backoff', errorKind: 'timeout' });
  });

  it('say what a step lacks', async () => {
    const { server } = setUp({}).stage;
    const [hidden] = connectionPaths({ events: ['hide'] });
    await expect(hidden?.steps[0]?.play({ server })).rejects.toThrow(
      "A step of the event 'hide' needs `page`. Give it, or leave the event out of `events`.",
    );
    const [closed] = connectionPaths({ events: ['close'] });
    await expect(closed?.steps[0]?.play({ server, app: {} })).rejects.toThrow('needs `close`');
  });

  it.each([
    [
      { status: 'broken' },
      '`status` must be a status or a list of them: connecting, open, backoff, failed, closed',
    ],
    [{ events: ['click'] }, '`events` must be a list of events: accept, refuse, send'],
    [{ maxLength: 0 }, '`maxLength` must be a number from 1 to Infinity, but it is 0.'],
    [{ options: 8 }, '`options` must be the options of a connection, but it is 8.'],
    [{ options: { maxRetries: -1 } }, '`maxRetries` must be'],
    [{ options: { retries: 2 } }, 'There is no option `retries`.'],
    [{ events: [] }, 'No path fits.'],
    [{ options: { immediate: false }, events: ['accept'] }, '`open` with `immediate: false`'],
  ])('cannot be made of %o', (given, message) => {
    expect(() => connectionPaths(given as object)).toThrow(message);
  });
});

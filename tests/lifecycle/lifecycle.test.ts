import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type SseServer, stall, startSseServer, status, stream } from '../support/sse-server.ts';
import { until } from '../support/until.ts';
import { startChromium } from './chromium.ts';
import type { Plan, PlannedConnection } from './page.ts';
import { type LifecycleSite, startLifecycleSite } from './site.ts';
import { openTab, type Tab } from './tab.ts';

let browser: Awaited<ReturnType<typeof startChromium>>;
let site: LifecycleSite;
const cleanUp: (() => unknown)[] = [];

beforeAll(async () => {
  [browser, site] = await Promise.all([startChromium(), startLifecycleSite()]);
});

afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
});

async function serve(): Promise<SseServer> {
  const server = await startSseServer();
  cleanUp.push(() => server[Symbol.asyncDispose]());
  return server;
}

async function visit(connections: Record<string, PlannedConnection>, rest?: Partial<Plan>): Promise<Tab> {
  const tab = await openTab(browser.context, site, { connections, ...rest });
  cleanUp.push(() => tab.page.close());
  return tab;
}

/** A tab in front of all others, so that they are hidden. */
const coverUp = () => visit({});

const eventually = <Value>(read: () => Value) => expect.poll(read, { interval: 10 });

/** Waits until a connection has gone through this, and through nothing else. */
const expectHistory = (tab: Tab, history: string, name = 'stream') =>
  eventually(() => tab.history(name)).toBe(history);

const expectReceived = (tab: Tab, ...received: number[]) =>
  eventually(() => tab.received('stream')).toEqual(received);

const idsAsked = ({ requests }: SseServer) => requests.map(({ lastEventId }) => lastEventId);

/** Waits until a server has seen so many more requests: time enough for another connection to send one too. */
async function moreRequests({ requests }: SseServer, count: number): Promise<void> {
  const before = requests.length;
  await until(() => requests.length >= before + count);
}

const transports = [
  { transport: 'fetch', native: false },
  { transport: 'EventSource', native: true },
] as const;

/** The first wait is over at once, the second one outlasts every test. */
const waitsLong = { retryDelay: 20, retryFactor: 10_000, maxRetryDelay: 120_000, jitter: 'none' } as const;

describe('a page that the browser freezes', () => {
  it.each(transports)(
    'has no socket until it goes on, and then misses and doubles nothing, over $transport',
    async ({ native }) => {
      const server = await serve();
      const tab = await visit({ stream: { url: server.url, native } });
      server.publish('1');
      await expectReceived(tab, 1);

      await tab.freeze();
      await until(() => server.sockets.size === 0);
      await expectHistory(tab, 'connecting → open → closed: paused');
      server.publish('2');
      await tab.thaw();
      await expectReceived(tab, 1, 2);
      await expectHistory(tab, 'connecting → open → closed: paused → connecting → open');
      expect(await tab.signals()).not.toContain('visibilitychange: visible');

      await tab.freeze();
      await until(() => server.streams.size === 0);
      server.publish('3');
      await tab.thaw();
      await expectReceived(tab, 1, 2, 3);
      expect(idsAsked(server)).toEqual(['', '1', '2']);
      expect(server.streams.size).toBe(1);
    },
  );

  it('goes on when its tab is brought to the front', async () => {
    const server = await serve();
    const tab = await visit({ stream: { url: server.url } });
    await expectHistory(tab, 'connecting → open');
    await coverUp();
    await eventually(tab.signals).toContain('visibilitychange: hidden');
    await tab.freeze();
    await expectHistory(tab, 'connecting → open → closed: paused');
    await tab.show();
    await expectHistory(tab, 'connecting → open → closed: paused → connecting → open');
    await eventually(tab.signals).toContain('visibilitychange: visible');
    expect(server.requests).toHaveLength(2);
  });

  it('takes a request back that has no answer yet, and sends it again', async () => {
    const server = await serve();
    server.answer(stall, stream);
    const tab = await visit({ stream: { url: server.url } });
    await until(() => server.requests.length === 1);
    await tab.freeze();
    await until(() => server.sockets.size === 0);
    await tab.thaw();
    await expectHistory(tab, 'connecting → closed: paused → connecting → open');
  });

  it('leaves closed what the app has closed, and failed what was refused; what gave up is woken', async () => {
    const [plain, forbidding, broken] = [await serve(), await serve(), await serve()];
    forbidding.answer(status(403));
    broken.answer(status(503), stream);
    const tab = await visit({
      closed: { url: plain.url },
      refused: { url: forbidding.url },
      exhausted: { url: broken.url, maxRetries: 0 },
    });
    await expectHistory(tab, 'connecting → open', 'closed');
    await tab.tell('closed', 'close');
    await expectHistory(tab, 'connecting → failed', 'refused');
    await expectHistory(tab, 'connecting → failed', 'exhausted');

    await tab.freeze();
    await tab.thaw();
    await expectHistory(tab, 'connecting → failed → connecting → open', 'exhausted');
    expect(await tab.history('closed')).toBe('connecting → open → closed: app');
    expect(await tab.history('refused')).toBe('connecting → failed');
    expect([plain, forbidding, broken].map(({ requests }) => requests.length)).toEqual([1, 1, 2]);
  });

  it('sends nothing of a connection that waits to try again, and does not forget its retries', async () => {
    const [server, other] = [await serve(), await serve()];
    for (const { answer } of [server, other]) answer(status(503));
    const failing = { retryDelay: 100, maxRetryDelay: 200, maxRetries: 1_000 };
    const tab = await visit({ stream: { url: server.url, ...failing } });
    await eventually(() => tab.history('stream')).toContain('backoff 2');
    await tab.freeze();
    await eventually(() => tab.history('stream')).toMatch(/ → closed: paused \d+$/);

    const history = await tab.history('stream');
    const requests = history.match(/connecting/g) ?? [];
    await visit({ stream: { url: other.url, ...failing } });
    await moreRequests(other, 3);
    expect(await tab.history('stream')).toBe(history);
    expect(server.requests.length).toBeLessThanOrEqual(requests.length); // the last one may have been taken back

    server.answer(stream);
    const [retries] = history.match(/\d+$/) ?? [];
    await tab.thaw();
    await expectHistory(tab, `${history} → connecting ${retries} → open ${retries}`);
    expect(server.streams.size).toBe(1);
  });

  it('does not repeat a request that has an effect: its stream goes on afterwards', async () => {
    const server = await serve();
    const tab = await visit({ stream: { url: server.url, method: 'POST' } });
    await expectHistory(tab, 'connecting → open');
    await tab.freeze();
    await eventually(tab.signals).toContain('freeze');
    await tab.thaw();
    await eventually(tab.signals).toContain('resume');
    server.write('data: 1\n\n');
    await expectReceived(tab, 1);
    await expectHistory(tab, 'connecting → open');
    expect(server.requests).toHaveLength(1);
  });

  it('carries on with a GET what a POST began, where it may be resumed', async () => {
    const server = await serve();
    const tab = await visit({ stream: { url: server.url, method: 'POST', resume: {} } });
    server.publish('1');
    await expectReceived(tab, 1);
    await tab.freeze();
    await until(() => server.sockets.size === 0);
    server.publish('2');
    await tab.thaw();
    await expectReceived(tab, 1, 2);
    await expectHistory(tab, 'connecting → open → closed: paused → connecting → open');
    expect(server.requests.map(({ method, lastEventId }) => [method, lastEventId])).toEqual([
      ['POST', ''],
      ['GET', '1'],
    ]);
  });

  it('stays paused when it goes on in the background, if it pauses when hidden', async () => {
    const [server, other] = [await serve(), await serve()];
    const tab = await visit({
      stream: { url: server.url, pauseWhenHidden: true },
      eager: { url: other.url },
    });
    server.publish('1');
    await expectReceived(tab, 1);
    await coverUp();
    await expectHistory(tab, 'connecting → open → closed: paused');
    await tab.freeze();
    await tab.thaw();
    await expectHistory(tab, 'connecting → open → closed: paused → connecting → open', 'eager');
    expect(await tab.history('stream')).toMatch(/ → closed: paused$/);
    expect(server.requests).toHaveLength(1);

    server.publish('2');
    await tab.show();
    await expectReceived(tab, 1, 2);
    expect(idsAsked(server)).toEqual(['', '1']);
  });
});

describe('a page in the back/forward cache', () => {
  it.each(transports)(
    'is kept with its connection, which misses and doubles nothing, over $transport',
    async ({ native }) => {
      const server = await serve();
      const tab = await visit({ stream: { url: server.url, native } });
      server.publish('1');
      await expectReceived(tab, 1);

      await tab.leave();
      await until(() => server.sockets.size === 0);
      server.publish('2');
      await tab.goBack();
      await expectReceived(tab, 1, 2);
      await expectHistory(tab, 'connecting → open → closed: paused → connecting → open');
      expect(await tab.signals()).toEqual(expect.arrayContaining(['pagehide: kept', 'pageshow: kept']));
      expect(await tab.notRestoredReasons()).toBeNull();

      await tab.leave();
      await until(() => server.streams.size === 0);
      server.publish('3');
      await tab.goBack();
      await expectReceived(tab, 1, 2, 3);
      expect(idsAsked(server)).toEqual(['', '1', '2']);
      expect(server.streams.size).toBe(1);
    },
  );

  it('does not repeat a request that has an effect: its stream goes on in the cache', async () => {
    const server = await serve();
    const tab = await visit({ stream: { url: server.url, method: 'POST' } });
    await expectHistory(tab, 'connecting → open');
    await tab.leave();
    server.write('data: 1\n\n');
    await tab.goBack();
    await expectReceived(tab, 1);
    server.write('data: 2\n\n');
    await expectReceived(tab, 1, 2);
    await eventually(tab.signals).toContain('pageshow: kept');
    await expectHistory(tab, 'connecting → open');
    expect(server.requests).toHaveLength(1);
  });

  it('keeps the retries of a connection that waits to try again', async () => {
    const server = await serve();
    server.answer(status(503), status(503), stream);
    const tab = await visit({ stream: { url: server.url, ...waitsLong } });
    const before = 'connecting → backoff 1 → connecting 1 → backoff 2';
    await expectHistory(tab, before);
    await tab.leave();
    await tab.goBack();
    await expectHistory(tab, `${before} → closed: paused 2 → connecting 2 → open 2`);
    expect(await tab.signals()).toContain('pageshow: kept');
  });

  it('starts anew where the browser did not keep it, after the last event if that is stored', async () => {
    const [server, other] = [await serve(), await serve()];
    const tab = await visit(
      { stream: { url: server.url, persist: true }, forgetful: { url: other.url } },
      { unload: true },
    );
    for (const { publish } of [server, other]) publish('1');
    await expectReceived(tab, 1);
    await eventually(() => tab.received('forgetful')).toEqual([1]);

    await tab.leave();
    await until(() => server.sockets.size + other.sockets.size === 0);
    for (const { publish } of [server, other]) publish('2');
    await tab.goBack();
    await expectReceived(tab, 2);
    await eventually(() => tab.received('forgetful')).toEqual([1, 2]);
    expect(await tab.signals()).toEqual(['pageshow: not kept']);
    expect(await tab.notRestoredReasons()).not.toBeNull();
    expect([idsAsked(server), idsAsked(other)]).toEqual([
      ['', '1'],
      ['', ''],
    ]);
  });
});

describe('a page whose network goes away', () => {
  it.each(transports)(
    'does not charge a failure that the browser explains a moment later, over $transport',
    async ({ native }) => {
      const server = await serve();
      const tab = await visit({
        stream: { url: server.url, native, retryDelay: 60_000, maxRetryDelay: 60_000 },
      });
      server.publish('1');
      await expectReceived(tab, 1);
      server.drop();
      await expectHistory(tab, 'connecting → open → backoff 1');
      await tab.setOffline(true);
      await expectHistory(tab, 'connecting → open → backoff 1 → backoff');

      server.publish('2');
      await tab.setOffline(false);
      await expectReceived(tab, 1, 2);
      await expectHistory(tab, 'connecting → open → backoff 1 → backoff → connecting → open');
      expect(idsAsked(server)).toEqual(['', '1']);
    },
  );

  it('waits for it with a free attempt once in `maxRetryDelay`, whatever the budget', async () => {
    const server = await serve();
    const tab = await visit({
      stream: { url: server.url, retryDelay: 20, maxRetryDelay: 250, maxRetries: 1 },
    });
    await expectHistory(tab, 'connecting → open');
    await tab.setOffline(true);
    await eventually(tab.signals).toContain('offline');
    server.drop();
    await eventually(() => tab.history('stream')).toMatch(/^connecting → open( → backoff → connecting){4}/);
    expect(await tab.history('stream')).not.toMatch(/backoff \d|failed/);
    expect(server.requests).toHaveLength(1);
    await tab.setOffline(false);
    await eventually(() => tab.history('stream')).toMatch(/ → connecting( 1)? → open( 1)?$/);
    expect(server.requests).toHaveLength(2);
  });

  it('sends nothing for a while, however short the delays would be', async () => {
    const [server, other] = [await serve(), await serve()];
    other.answer(status(503));
    const tab = await visit({ stream: { url: server.url, retryDelay: 20, maxRetries: 1 } });
    await expectHistory(tab, 'connecting → open');
    await tab.setOffline(true);
    await eventually(tab.signals).toContain('offline');
    server.drop();
    await expectHistory(tab, 'connecting → open → backoff');

    await visit({ stream: { url: other.url, retryDelay: 20, maxRetryDelay: 20, maxRetries: 1_000 } });
    await moreRequests(other, 3);
    expect(server.requests).toHaveLength(1);
    await tab.setOffline(false);
    await expectHistory(tab, 'connecting → open → backoff → connecting → open');
  });

  it('has a request fail uncharged that could not be sent', async () => {
    const server = await serve();
    const tab = await visit({ stream: { url: server.url, retryDelay: 20, maxRetries: 1 } });
    await expectHistory(tab, 'connecting → open');
    await tab.tell('stream', 'close');
    await tab.setOffline(true);
    await tab.tell('stream', 'open');
    const before = 'connecting → open → closed: app → connecting → backoff';
    await expectHistory(tab, before);
    await tab.setOffline(false);
    await expectHistory(tab, `${before} → connecting → open`);
    expect(server.requests).toHaveLength(2);
  });

  it('changes nothing for a wait after an answer, and ends it when it is back, but forgets no retries', async () => {
    const server = await serve();
    server.answer(status(503), status(503), stream);
    const tab = await visit({ stream: { url: server.url, ...waitsLong } });
    const before = 'connecting → backoff 1 → connecting 1 → backoff 2';
    await expectHistory(tab, before);
    const retryAt = await tab.retryAt('stream');
    await tab.setOffline(true);
    await eventually(tab.signals).toContain('offline');
    expect([await tab.history('stream'), await tab.retryAt('stream')]).toEqual([before, retryAt]);
    await tab.setOffline(false);
    await expectHistory(tab, `${before} → connecting 2 → open 2`);
  });

  it('puts another stream in the place of one that shows no life afterwards, and of no other', async () => {
    const [beating, silent] = [await serve(), await serve()];
    // In this order, so that the first one has had its time when the second one is found dead.
    const tab = await visit({ beating: { url: beating.url }, stream: { url: silent.url } });
    for (const { publish } of [beating, silent]) publish('1');
    await expectReceived(tab, 1);
    await eventually(() => tab.received('beating')).toEqual([1]);
    const beat = setInterval(() => beating.write(':\n\n'), 100);
    cleanUp.push(() => clearInterval(beat));

    await tab.setOffline(true);
    await eventually(tab.signals).toContain('offline');
    await tab.setOffline(false);
    // A message that comes so soon may have been under way before the change.
    silent.publish('2');
    await expectReceived(tab, 1, 2);
    const [old] = silent.streams;
    old?.cork(); // as if the way back were lost
    silent.publish('3');
    let left: unknown[] | undefined;
    old?.once('close', () => {
      left = [...silent.streams];
    });
    // Only the other stream can bring it. Until then, a sign of life would let the old one keep its place.
    await expectReceived(tab, 1, 2, 3);
    old?.uncork();
    silent.publish('4');

    await until(() => left);
    expect(left, 'streams that are open when the old one is dropped').toHaveLength(1);
    silent.publish('5');
    await expectReceived(tab, 1, 2, 3, 4, 5);
    await expectHistory(tab, 'connecting → open');
    expect(idsAsked(silent)).toEqual(['', '2']);
    expect([...silent.streams]).toEqual(left);
    expect(beating.requests).toHaveLength(1);
  });
});

describe('a page that is hidden', () => {
  it.each(transports)('keeps its stream unless it is asked to pause, over $transport', async ({ native }) => {
    const [server, other] = [await serve(), await serve()];
    const tab = await visit({
      stream: { url: server.url, native, pauseWhenHidden: true },
      constant: { url: other.url, native },
    });
    for (const { publish } of [server, other]) publish('1');
    await expectReceived(tab, 1);
    await coverUp();
    await until(() => server.sockets.size === 0);
    for (const { publish } of [server, other]) publish('2');
    await eventually(() => tab.received('constant')).toEqual([1, 2]);
    await expectHistory(tab, 'connecting → open → closed: paused');

    await tab.show();
    await expectReceived(tab, 1, 2);
    await expectHistory(tab, 'connecting → open → closed: paused → connecting → open');
    await expectHistory(tab, 'connecting → open', 'constant');
    expect([idsAsked(server), idsAsked(other)]).toEqual([['', '1'], ['']]);
  });

  it('is hidden by a minimised window as it is by another tab', async () => {
    const server = await serve();
    const tab = await visit({ stream: { url: server.url, pauseWhenHidden: true } });
    await expectHistory(tab, 'connecting → open');
    cleanUp.push(() => tab.setWindow('normal'));
    await tab.setWindow('minimized');
    await expectHistory(tab, 'connecting → open → closed: paused');
    await tab.setWindow('normal');
    await expectHistory(tab, 'connecting → open → closed: paused → connecting → open');
  });

  it('sends nothing if it pauses, whatever its timers, and does not forget its retries', async () => {
    const [server, other] = [await serve(), await serve()];
    for (const { answer } of [server, other]) answer(status(503));
    const failing = { retryDelay: 100, maxRetryDelay: 400, maxRetries: 1_000 };
    const tab = await visit({
      stream: { url: server.url, ...failing, pauseWhenHidden: true },
      eager: { url: other.url, ...failing },
    });
    await eventually(() => tab.history('stream')).toContain('backoff 2');
    await coverUp();
    await eventually(() => tab.history('stream')).toMatch(/ → closed: paused \d+$/);

    const history = await tab.history('stream');
    const requests = history.match(/connecting/g) ?? [];
    await moreRequests(other, 2);
    expect(await tab.history('stream')).toBe(history);
    expect(server.requests.length).toBeLessThanOrEqual(requests.length); // the last one may have been taken back

    server.answer(stream);
    const [retries] = history.match(/\d+$/) ?? [];
    await tab.show();
    await expectHistory(tab, `${history} → connecting ${retries} → open ${retries}`);
  });

  it('has one stream in the end, however often it was hidden and shown', async () => {
    const server = await serve();
    const tab = await visit({ stream: { url: server.url, pauseWhenHidden: true } });
    server.publish('1');
    await expectReceived(tab, 1);
    const cover = await coverUp();
    for (let turn = 0; turn < 5; turn += 1) {
      await tab.show();
      await cover.show();
    }
    await tab.show();
    await until(() => server.streams.size === 1);
    server.publish('2');
    await expectReceived(tab, 1, 2);
    await until(() => server.streams.size === 1);
  });
});

import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createStreamLog } from '../../tabs/stream-log.ts';
import { startChromium } from '../lifecycle/chromium.ts';
import { connect, loadTab, locksOf } from './browser.ts';
import { type Origin, startOrigin } from './origin.ts';
import type { PageOptions } from './page.ts';
import { allTransitions } from './transitions.ts';

// A real page, its real lock and its real channel; the other tab is played, so that it can be late, silent or wrong.

/** Transitions that no other tab can bring about, and why. */
const outOfReach = [
  'takingOver: after answerTime → alone', // a lock that is stolen is granted at once
];

interface Played {
  /** Takes the lock, and resolves once it has it. One that insists takes it back when it is taken. */
  hold(steal?: boolean, insists?: boolean): Promise<void>;
  /** Asks for the lock, and holds it from then on. */
  queue(): void;
  /** Lets go of the lock. @returns false when it does not have it yet. */
  release(): boolean;
  say(word: object): void;
  /** The replies that it gives at once to words: a page has three seconds for that, and a test may come too late. */
  replies: Record<string, object>;
  /** The words of the page under test. */
  readonly heard: string[];
}

declare global {
  interface Window {
    played: Played;
  }
}

let chromium: Awaited<ReturnType<typeof startChromium>>;
let origin: Origin;
let page: Page;
const taken = new Set<string>();

beforeAll(async () => {
  chromium = await startChromium();
});
afterAll(() => chromium[Symbol.asyncDispose]());
beforeEach(async () => {
  origin = await startOrigin();
  origin.publish();
  page = await loadTab(chromium.context, origin);
  await page.evaluate(() => {
    const name = `sse-machine/1/ada/GET ${location.origin}/events`;
    const channel = new BroadcastChannel(name);
    const heard: string[] = [];
    channel.onmessage = ({ data }) => {
      heard.push(data.type);
      const reply = window.played.replies[data.type];
      if (reply) window.played.say(reply);
    };
    let release: (() => void) | undefined;
    const request = (steal: boolean, onGranted = () => {}, onTaken = () => {}) => {
      const hold = () => {
        onGranted();
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      };
      navigator.locks.request(name, { steal }, hold).catch(onTaken);
    };
    window.played = {
      hold: (steal = false, insists = false) =>
        new Promise((resolve) => request(steal, resolve, insists ? () => request(true) : undefined)),
      queue: () => request(false),
      release() {
        release?.();
        const had = release !== undefined;
        release = undefined;
        return had;
      },
      say: (word) => channel.postMessage({ from: 'other', isVisible: true, since: 0, ...word }),
      replies: {},
      heard,
    };
  });
});
afterEach(async () => {
  for (const name of await page.evaluate(() => window.tab.taken)) taken.add(name);
  await page.close();
  await origin[Symbol.asyncDispose]();
});

const takesOver = 'following.doubting: after answerTime → takingOver';
const handsOver = 'leading.looking: after answerTime [shouldHandOver] → leading.handingOver';

const often = { interval: 10 };
const quick = { heartbeat: 300, yieldAfter: 100, linger: 300 };

const open = (options: PageOptions = {}) => connect(page, { ...quick, ...options });
const hold = (steal = false, insists = false) =>
  page.evaluate((given) => window.played.hold(...given), [steal, insists] as const);
const reply = (replies: Record<string, object>) =>
  page.evaluate((given) => void Object.assign(window.played, { replies: given }), replies);
const queue = () => page.evaluate(() => window.played.queue());
const release = () => expect.poll(() => page.evaluate(() => window.played.release()), often).toBe(true);
const close = () => page.evaluate(() => window.tab.close());
const say = (type: string, more: object = {}) =>
  page.evaluate((word) => window.played.say(word), { type, ...more });

/** The other tab says that it leads, from now on. */
const lead = (from = 'other') => say('leader.heard', { since: Date.now() + 1_000, from });
const opened = () => {
  const log = createStreamLog();
  log.begin('1', undefined);
  return say('leader.opened', { since: Date.now() + 1_000, content: log.content });
};
const here = (isVisible = true) => say('tab.heard', { isVisible });

async function turn(state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}

async function reached(state: string): Promise<void> {
  const arrived = async () => (await page.evaluate(() => window.tab.taken)).at(-1);
  await expect.poll(arrived, often).toMatch(new RegExp(`→ ${state.replaceAll('.', '\\.')}`));
}

/** The page follows a leader, after it has followed some. */
async function follows(before = 0): Promise<void> {
  const count = async () =>
    (await page.evaluate(() => window.tab.taken)).filter((name) => name.endsWith('[isNewLeader] → following'))
      .length;
  await expect.poll(count, often).toBe(before + 1);
}

async function took(transition: string): Promise<void> {
  await expect.poll(() => page.evaluate(() => window.tab.taken), often).toContain(transition);
}

/** Another tab that leads, and does not hang. */
const leader = {
  'tab.joined': { type: 'leader.heard' },
  'leader.doubted': { type: 'leader.heard' },
};

/** The page leads, has a stream with an ID, and knows another tab. */
async function leadWith(isVisible = true): Promise<void> {
  await open();
  await reached('leading.established');
  origin.publish();
  await took(': stream.identified → stays');
  await reply({ 'tabs.counted': { type: 'tab.heard', isVisible } });
  await here(isVisible);
}

describe('a tab that joins', () => {
  test('takes the lock from one that is silent, is alone, and follows one that it hears', async () => {
    await hold();
    await open();
    await took('joining: after answerTime → takingOver');
    await reached('alone');
    await opened();
    await follows();
  });

  test('alone, follows one that says it leads', async () => {
    await hold();
    await open();
    await reached('alone');
    await lead();
    await follows();
  });

  test('whose lock is taken again is alone at once', async () => {
    await hold(false, true);
    await open();
    await took('leading: lock.stolen → joining');
    await took('joining: after answerTime [hasTakenOver] → alone');
  });

  test.each(['lead', 'opened'])('follows one that says %s', async (word) => {
    await hold();
    await open();
    await (word === 'lead' ? lead() : opened());
    await took(`: leader.${word === 'lead' ? 'heard' : word} [isNewLeader] → following`);
  });
});

describe('a tab that follows', () => {
  beforeEach(async () => {
    await hold();
    await reply(leader);
    await open();
    await took('following.served: after heartbeat → following.doubting');
  });

  test('trusts a leader that answers', async () => {
    await took('following: leader.alive → following.served');
    await lead('third');
    await follows(1);
  });

  test('trusts it, too, when the clock was put back', async () => {
    await page.evaluate(() => {
      const { now } = Date;
      Date.now = () => now() - 3_600_000;
    });
    const doubts = async () =>
      (await page.evaluate(() => window.played.heard)).filter((type) => type === 'leader.doubted').length;
    const before = await doubts();
    await expect.poll(doubts, often).toBeGreaterThan(before + 2);
    expect(await page.evaluate(() => window.tab.taken)).not.toContain(takesOver);
  });

  test('follows a later one, too, that says it leads', async () => {
    await lead('third');
    await follows(1);
  });

  test('takes the lock of one that does not', async () => {
    await reply({});
    await took(takesOver);
    await took(': lock.granted → leading');
  });

  test('leads when the lock is free, unless it is hidden and another is not: once', async () => {
    await turn('hidden');
    await here();
    await queue(); // behind the page
    await release();
    await took(': lock.granted [shouldPassOn] → stays');
    await release();
    await took(': lock.granted → leading');
  });

  test('is away when nothing wants the stream', async () => {
    await close();
    await reached('away');
  });
});

describe('a tab that leads', () => {
  test.each(['lead', 'opened'])('steps down for a later one that says %s', async (word) => {
    await open();
    await reached('leading');
    await (word === 'lead' ? lead() : opened());
    await took(`: leader.${word === 'lead' ? 'heard' : word} [isNewLeader] → following`);
  });

  test('answers who joins, and forgets who leaves', async () => {
    await leadWith();
    await say('tab.joined');
    await expect.poll(() => page.evaluate(() => window.played.heard), often).toContain('leader.opened');
    await took('leading: tab.joined → stays');
    await say('tabs.counted');
    await took(': tabs.counted → stays');
    await say('leader.doubted');
    await took('leading: leader.doubted → stays');
    await say('tab.left');
    await took(': tab.left → stays');
  });

  test('hidden and seen again goes on', async () => {
    await leadWith(false);
    await turn('hidden');
    await took('leading.established: page.hidden → leading.established');
    await took('leading.established: after yieldAfter [isHidden] → leading.looking');
    await turn('visible');
    await reached('leading.established');
    expect(await page.evaluate(() => window.tab.taken)).not.toContain(handsOver);
  });

  test('hidden, hands over to one that can be seen, and takes it back when that does not come', async () => {
    await leadWith();
    await turn('hidden');
    await took('leading.established: after yieldAfter [isHidden] → leading.looking');
    await took('leading.handingOver: lock.granted → leading.established');
    expect(origin.requests).toHaveLength(1);
  });

  test('handing over, goes on until the next stream is open', async () => {
    await handOver();
    await lead();
    await took('leading.handingOver: leader.heard → stays');
    expect(origin.streams.size).toBe(1);
    await opened();
    await took(': leader.opened [isNewLeader] → following');
    await expect.poll(() => origin.streams.size, often).toBe(0);
  });

  test('handing over, drops the stream for a server that wants only one', async () => {
    await handOver();
    await say('leader.refused');
    await took('leading.handingOver: leader.refused → joining');
    await expect.poll(() => origin.streams.size, often).toBe(0);
  });

  test('handing over, may no longer be wanted: it goes on all the same', async () => {
    await handOver();
    await close();
    await took('leading.handingOver: stream.unwanted → stays');
    await opened();
    await took('following: always [isUnwanted] → away');
  });

  test('handing over to one that says nothing, asks who leads', async () => {
    await handOver();
    await close();
    await took('leading.handingOver: after handOverTime → joining');
    await took('joining: always [isUnwanted] → away');
  });

  test('that nothing wants any more goes on when something does again', async () => {
    await leadWith();
    await page.evaluate(() => {
      window.tab.close();
      window.tab.reconnect();
    });
    await took('leading.lingering: stream.wanted → leading.established');
    expect(origin.streams.size).toBe(1);
  });

  test('that nothing wants any more hands over, and is away if nobody takes it', async () => {
    await leadWith();
    await close();
    await took('leading.lingering: after linger [shouldHandOver] → leading.handingOver');
    await took('leading.handingOver: lock.granted [isUnwanted] → away');
  });

  test('that nothing wants any more asks no more for the lock that is taken from it', async () => {
    await open({ linger: 10_000 });
    await reached('leading.established');
    await close();
    await hold(true);
    await took('joining: always [isUnwanted] → away');
    expect(await locksOf(page)).toEqual({ held: 1, pending: 0 });
  });

  test('that nothing wants any more, and knows no other, is away', async () => {
    await open();
    await reached('leading.established');
    await close();
    await took('leading.lingering: after linger → away');
  });

  /** Hidden, with another tab that takes the lock. */
  async function handOver(): Promise<void> {
    await leadWith();
    await queue();
    await turn('hidden');
    await took(handsOver);
  }
});

test('whatever it does, it is away when it is frozen, and counts a connection once', async () => {
  await hold();
  await reply(leader);
  await open();
  await say('tab.joined');
  await took(': tab.joined → stays');
  await turn('hidden');
  await turn('visible');
  await took(': page.visible → stays');
  await page.evaluate(() => window.tab.reconnect());
  await took(': stream.wanted → stays');
  await page.evaluate(() => {
    // The connection pauses, too; a page may have others that do not.
    window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
  });
  await reached('away');
});

test('whatever it does, it is away when the user signs out, and drops the stream', async () => {
  await open({ linger: 10_000 });
  await reached('leading.established');
  await close();
  await took('leading: stream.unwanted → leading.lingering');
  await page.evaluate(() => window.tab.signOut());
  await reached('away');
  await expect.poll(() => origin.streams.size, often).toBe(0);
});

test('without locks it is alone, until nothing wants the stream', async () => {
  await page.evaluate(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
  await open();
  await took(': sharing.unavailable → alone');
  await close();
  await reached('away');
});

test('every transition of the statechart was taken, in a real page', () => {
  const missing = allTransitions().filter((name) => !taken.has(name));
  expect(missing).toEqual(outOfReach);
});

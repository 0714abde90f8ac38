import type { BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startChromium } from '../lifecycle/chromium.ts';
import { connect, loadTab, locksOf, openTab, received, statusOf } from './browser.ts';
import { type Origin, startOrigin } from './origin.ts';

let chromium: Awaited<ReturnType<typeof startChromium>>;
let context: BrowserContext;
let origin: Origin;

beforeAll(async () => {
  chromium = await startChromium();
  ({ context } = chromium);
});
afterAll(() => chromium[Symbol.asyncDispose]());
beforeEach(async () => {
  origin = await startOrigin();
});
afterEach(async () => {
  // The first page is the browser's own, which would end without any.
  for (const page of context.pages().slice(1)) await page.close();
  await origin[Symbol.asyncDispose]();
});

/** Opens tabs, one after the other, and has each of them get an event. */
async function openTabs(count: number, options = {}): Promise<Page[]> {
  const pages: Page[] = [];
  for (let index = 0; index < count; index += 1) {
    const page = await openTab(context, origin, options);
    await expect.poll(() => statusOf(page)).toBe('open');
    pages.push(page);
  }
  origin.publish();
  for (const page of pages) await expectLast(page);
  return pages;
}

async function expectLast(page: Page): Promise<void> {
  await expect.poll(async () => (await received(page)).at(-1)).toBe(origin.log.at(-1));
}

/** Whether a plain request is answered, within a time if one is given, in milliseconds. */
async function ping(page: Page, time?: number): Promise<boolean> {
  return page.evaluate(async (given) => {
    const answer = fetch('/ping').then(({ ok }) => ok);
    if (given === undefined) return answer;
    return Promise.race([answer, new Promise<boolean>((resolve) => setTimeout(resolve, given, false))]);
  }, time);
}

describe('eight tabs of one origin', () => {
  test('have one stream, and a plain request of each is answered', async () => {
    const pages = await openTabs(8);
    expect(origin.requests).toHaveLength(1);
    expect(await Promise.all(pages.map((page) => ping(page)))).toEqual(Array(8).fill(true));
  });

  test('hear from the moment on at which they were opened', async () => {
    await openTabs(1);
    const [later] = (await openTabs(1)) as [Page];
    expect(await received(later)).toEqual(['event 2']);
    expect(origin.requests).toHaveLength(1);
  });

  test('are led by the first, also when it is busy while another joins', async () => {
    const [first] = (await openTabs(1)) as [Page];
    const second = await loadTab(context, origin);
    const isOver = first.evaluate(() => {
      const end = Date.now() + 1_300;
      while (Date.now() < end);
    });
    await connect(second);
    await expect.poll(() => statusOf(second)).toBe('open');
    await isOver;
    origin.publish();
    await expectLast(second);
    expect(await received(first)).toEqual(origin.log);
    expect(origin.requests).toHaveLength(1);
  });

  test('hang without it: HTTP/1.1 has six connections', async () => {
    const pages = await Promise.all(Array.from({ length: 7 }, () => loadTab(context, origin)));
    for (const page of pages) await connect(page, { isShared: false });
    await expect.poll(() => origin.streams.size).toBe(6);
    expect(await ping(pages[0] as Page, 3_000)).toBe(false);
  });
});

describe('when the tab that leads goes', () => {
  test('another goes on after the last event', async () => {
    const [first, second, third] = (await openTabs(3)) as [Page, Page, Page];
    await first.close();
    // Events that are published before are still passed on by the first.
    await expect.poll(() => origin.requests.length).toBe(2);
    origin.publish();
    for (const page of [second, third]) {
      await expectLast(page);
      expect(await received(page)).toEqual(origin.log);
    }
    expect(origin.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
  });

  test('and the server gives no IDs, the others are told that events may be lost', async () => {
    origin.hasIds = false;
    const [first, second] = (await openTabs(2)) as [Page, Page];
    await first.close();
    await expect.poll(() => received(second)).toEqual(['event 1', 'gap: no-ids']);
    origin.publish();
    await expectLast(second);
  });

  test('hidden, a tab that is seen leads instead, before the stream is dropped', async () => {
    const [first, second] = (await openTabs(2, { yieldAfter: 500 })) as [Page, Page];
    await expect.poll(() => origin.requests.length).toBe(2);
    await expect.poll(() => origin.streams.size).toBe(1);
    expect(origin.peak).toBe(2);
    await first.close();
    origin.publish();
    await expectLast(second);
    expect(origin.requests).toHaveLength(2);
  });

  test('hidden, and the server allows one stream: it is dropped first', async () => {
    origin.isSingle = true;
    const [first, second] = (await openTabs(2, { yieldAfter: 500 })) as [Page, Page];
    await expect.poll(() => origin.requests.length).toBe(3);
    origin.publish();
    for (const page of [first, second]) {
      await expectLast(page);
      expect(await received(page)).toEqual(origin.log);
    }
  });

  test('frozen, it holds no lock and leaves none waiting', async () => {
    const [first, second] = (await openTabs(2)) as [Page, Page];
    const session = await context.newCDPSession(first);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await expect.poll(() => locksOf(second)).toEqual({ held: 1, pending: 0 });
    origin.publish();
    await expectLast(second);
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await expectLast(first);
    expect(await received(first)).toEqual(origin.log);
  });

  test('deaf, it is asked first, and its lock is taken then', async () => {
    const [first, second] = (await openTabs(2)) as [Page, Page];
    const isOver = first.evaluate(() => {
      const end = Date.now() + 11_000;
      while (Date.now() < end);
    });
    await expect.poll(() => origin.requests.length).toBe(2);
    origin.publish();
    await expectLast(second);
    await isOver;
    await expectLast(first);
    await expect.poll(() => origin.streams.size).toBe(1);
    for (const page of [first, second]) expect(await received(page)).toEqual(origin.log);
  });
});

describe('the back/forward cache', () => {
  test.each(['leads', 'follows'])('keeps a tab that %s, and it goes on where it was', async (role) => {
    const pages = await openTabs(2);
    const page = pages[role === 'leads' ? 0 : 1] as Page;
    const other = pages[role === 'leads' ? 1 : 0] as Page;
    await page.goto(`${origin.url}elsewhere`);
    await expect.poll(() => locksOf(other)).toEqual({ held: 1, pending: 0 });
    origin.publish();
    await expectLast(other);
    await page.goBack({ waitUntil: 'commit' });
    await page.waitForFunction(() => 'tab' in window);
    await expectLast(page);
    expect(await received(page)).toEqual(origin.log); // a page that was loaded anew would not have the first
  });
});

describe('credentials', () => {
  test('one 401 costs one refresh', async () => {
    const pages = await openTabs(4, { token: 'first' });
    origin.tokens.valid = 'second';
    origin.cut();
    await expect.poll(() => origin.tokens.count).toBe(1);
    await expect.poll(() => origin.streams.size).toBe(1);
    origin.publish();
    for (const page of pages) await expectLast(page);
    expect(origin.tokens.count).toBe(1);
  });

  test('that are about to expire are renewed once, and the next stream is open before the old one goes', async () => {
    const pages = await openTabs(3, { token: 'first', refreshOn: 'expiring', stableAfter: 100 });
    origin.tokens.valid = 'second';
    origin.publish('expiring');
    await expect.poll(() => origin.requests.length).toBe(2);
    await expect.poll(() => origin.streams.size).toBe(1);
    origin.publish();
    for (const page of pages) {
      await expectLast(page);
      expect(await received(page)).toEqual(origin.log);
      expect(await statusOf(page)).toBe('open');
    }
    expect([origin.tokens.count, origin.peak]).toEqual([1, 2]);
    expect(origin.requests[1]).toEqual({ lastEventId: '2', authorization: 'Bearer second' });
  });

  test('who may not renew them fails in every tab, after one request', async () => {
    const pages = await openTabs(3);
    origin.refusals.push(401);
    origin.cut();
    for (const page of pages) await expect.poll(() => statusOf(page)).toBe('failed');
    expect(origin.requests).toHaveLength(2);
  });

  test('who may not renew them fails, too, where a connection waits just then to ask again', async () => {
    const pages = [...(await openTabs(1)), ...(await openTabs(2, { retryDelay: 3_000 }))];
    origin.refusals.push(401);
    origin.cut();
    for (const page of pages) await expect.poll(() => statusOf(page)).toBe('failed');
    expect(origin.requests).toHaveLength(2);
  });

  test('tabs of another user have their own stream', async () => {
    await openTabs(2, { scope: 'ada' });
    const [grace] = (await openTabs(1, { scope: 'grace' })) as [Page];
    expect(origin.requests).toHaveLength(2);
    await grace.evaluate(() => window.tab.signOut());
    await expect.poll(() => origin.streams.size).toBe(1);
    expect(await statusOf(grace)).toBe('failed');
  });

  test('to sign out ends no other scope, whatever it is called', async () => {
    const [page] = (await openTabs(1, { scope: 'ada/GET' })) as [Page];
    await page.evaluate(() => window.tab.signOutOf('ada'));
    origin.publish();
    await expectLast(page);
    expect(await statusOf(page)).toBe('open');
  });

  test('to sign out ends the stream in all tabs', async () => {
    const pages = (await openTabs(3)) as [Page, Page, Page];
    await pages[1].evaluate(() => window.tab.signOut());
    for (const page of pages) await expect.poll(() => statusOf(page)).toBe('failed');
    await expect.poll(() => origin.streams.size).toBe(0);
    expect(origin.requests).toHaveLength(1);
  });
});

describe('where tabs cannot share', () => {
  test.each(['locks', 'BroadcastChannel'])('without %s, each has a stream of its own', async (what) => {
    const pages = await Promise.all([1, 2].map(() => loadTab(context, origin)));
    for (const page of pages) {
      await page.evaluate((name) => {
        const holder = name === 'locks' ? Navigator.prototype : window;
        Object.defineProperty(holder, name, { value: undefined });
      }, what);
      await connect(page);
      await expect.poll(() => statusOf(page)).toBe('open');
    }
    origin.publish();
    for (const page of pages) await expectLast(page);
    expect(origin.requests).toHaveLength(2);
    for (const page of pages) expect(await received(page)).toEqual(origin.log);
  });
});

describe('an outage', () => {
  test('is felt by one client, not by one for each tab', async () => {
    const pages = await openTabs(6);
    origin.refusals.push(503, 503, 503);
    origin.cut();
    await expect.poll(() => origin.streams.size).toBe(1);
    origin.publish();
    for (const page of pages) {
      await expectLast(page);
      expect(await received(page)).toEqual(origin.log);
    }
    expect(origin.requests).toHaveLength(1 + 3 + 1);
  });
});

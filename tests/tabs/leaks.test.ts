import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium } from '../lifecycle/chromium.ts';
import { loadTab, locksOf, openTab } from './browser.ts';
import { type Origin, startOrigin } from './origin.ts';

/** How often it is opened and closed: 1 000 times with `npm run test:leaks`. */
const cycles = Number(process.env['LEAK_CYCLES'] ?? 60);

let chromium: Awaited<ReturnType<typeof startChromium>>;
let origin: Origin;

beforeAll(async () => {
  chromium = await startChromium();
  origin = await startOrigin();
});
afterAll(async () => {
  await chromium[Symbol.asyncDispose]();
  await origin[Symbol.asyncDispose]();
});

interface Counted {
  readonly channels: number;
  readonly timers: number;
  readonly listeners: number;
}

/** Counts what a page has open, from now on. */
async function count(page: Page): Promise<() => Promise<Counted>> {
  await page.evaluate(() => {
    const channels = new Set<object>();
    const timers = new Set<unknown>();
    const listeners = new Set<EventListener>();
    const { BroadcastChannel: Channel, setTimeout: set, clearTimeout: clear } = window;
    window.BroadcastChannel = class extends Channel {
      constructor(name: string) {
        super(name);
        channels.add(this);
      }
      override close(): void {
        super.close();
        channels.delete(this);
      }
    };
    Object.assign(window, {
      setTimeout(callback: () => void, delay: number) {
        const timer = set(() => {
          timers.delete(timer);
          callback();
        }, delay);
        timers.add(timer);
        return timer;
      },
      clearTimeout(timer: number) {
        timers.delete(timer);
        clear(timer);
      },
    });
    const { addEventListener: add, removeEventListener: remove } = window;
    Object.assign(window, {
      addEventListener(name: string, listener: EventListener, options: AddEventListenerOptions) {
        listeners.add(listener);
        options?.signal?.addEventListener('abort', () => listeners.delete(listener));
        add.call(window, name, listener, options);
      },
      removeEventListener(name: string, listener: EventListener, options: EventListenerOptions) {
        listeners.delete(listener);
        remove.call(window, name, listener, options);
      },
      counted: () => ({ channels: channels.size, timers: timers.size, listeners: listeners.size }),
    });
  });
  return () => page.evaluate(() => (window as unknown as { counted(): Counted }).counted());
}

test(`${cycles} tabs that lead and ${cycles} that follow leave no lock, channel, timer, listener or socket`, async () => {
  const other = await openTab(chromium.context, origin);
  const page = await loadTab(chromium.context, origin);
  const counted = await count(page);
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await page.evaluate(async () => {
      window.tab.open('/events');
      while (window.tab.state().status !== 'open') await new Promise((resolve) => setTimeout(resolve, 1));
      window.tab.close();
    });
  }
  await other.close();
  await page.evaluate(async (times) => {
    for (let cycle = 0; cycle < times; cycle += 1) {
      window.tab.open('/events', { linger: 0 });
      while (window.tab.state().status !== 'open') await new Promise((resolve) => setTimeout(resolve, 1));
      window.tab.close();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }, cycles);
  const none = { channels: 0, timers: 0, listeners: 0 };
  await expect.poll(counted).toEqual(none);
  await expect.poll(() => locksOf(page)).toEqual({ held: 0, pending: 0 });
  await expect.poll(() => origin.streams.size).toBe(0);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../scripts/programs.mjs';
import { startFirefox } from '../support/browsers/firefox.ts';
import type { DrivenBrowser } from '../support/browsers/provider.ts';
import { startWebKit } from '../support/browsers/webkit.ts';
import { needsPrograms } from '../support/programs.ts';
import { cut, type SseServer, startSseServer } from '../support/sse-server.ts';
import type { Plan } from './page.ts';
import { type LifecycleSite, startLifecycleSite } from './site.ts';

// How Firefox and WebKit, as people have them, leave a page and come back to it, and what they do to a request.

const browsers = [
  ['Firefox', startFirefox, ['firefox-esr']],
  ['WebKit', startWebKit, ['WebKitWebDriver', 'Xvfb']],
] as const;

describe.each(browsers)('%s', (name, start, programs) => {
  describe('a page', () => {
    needsPrograms(...programs);
    let browser: DrivenBrowser;
    let site: LifecycleSite;

    beforeAll(async () => {
      site = await startLifecycleSite();
      if (programs.every(findProgram)) browser = await start();
    });
    afterAll(async () => {
      await browser?.[Symbol.asyncDispose]();
      await site?.[Symbol.asyncDispose]();
    });

    const history = () => browser.evaluate("window.clients?.stream?.history.join(' → ')");
    const received = () => browser.evaluate('window.clients?.stream?.received.join()');
    const visit = (plan: Plan) => browser.goTo(site.address(plan));

    async function openStream(native: boolean): Promise<SseServer> {
      const server = await startSseServer({ opening: ':\n\n' });
      await visit({ connections: { stream: { url: server.url, native, retryDelay: 5_000 } } });
      await expect.poll(history).toBe('connecting → open');
      server.publish('1');
      await expect.poll(received).toBe('1');
      return server;
    }

    /** Whether the browser keeps a page with an open stream. */
    const isKept = name === 'WebKit';

    it.each([
      ['fetch', false],
      ['EventSource', true],
    ])(
      'that is left has no socket, and misses nothing when it is come back to, over %s',
      async (_transport, native) => {
        await using server = await openStream(native);
        await browser.goTo(site.elsewhere);
        await expect.poll(() => server.sockets.size).toBe(0);
        server.publish('2');
        await browser.back();
        if (isKept) {
          await expect.poll(received).toBe('1,2');
          expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
        } else {
          // The page is loaded anew, and its connection begins as at first.
          await expect.poll(history).toBe('connecting → open');
          expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '']);
        }
      },
    );

    // Firefox sends one that is lost up to ten times, without a word to the page.
    it('has one request that failed where its server was asked more often', async () => {
      await using server = await startSseServer();
      server.answer(cut);
      const stream = { url: server.url, maxRetries: 0 };
      await visit({ connections: { stream } });
      await expect.poll(history).toBe('connecting → failed');
      expect(server.requests).toHaveLength(name === 'Firefox' ? 10 : 1);
    });

    it('that is left keeps its retries', async () => {
      await using server = await openStream(false);
      await browser.goTo(site.elsewhere);
      await expect.poll(() => server.sockets.size).toBe(0);
      await browser.back();
      if (isKept) {
        // Its fetch is cut before the page is told that it is left.
        await expect.poll(history).toBe('connecting → open → backoff 1 → closed: paused → connecting → open');
      } else {
        await expect.poll(history).toBe('connecting → open');
      }
      expect(server.requests).toHaveLength(2);
    });
  });
});

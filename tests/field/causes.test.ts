import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/launch-chromium.ts';
import { startSite } from '../support/site.ts';

// In development the console says what is wrong, once for each cause, and where it is explained.

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

interface Options {
  readonly connectTimeout?: number;
  readonly maxRetries?: number;
}

/** A page of an app, with what its console says. */
async function openPage(mode: 'development' | 'production' = 'development') {
  const site = await startSite({
    script: new URL('page/causes.ts', import.meta.url),
    pages: { '/': '<!doctype html><title>Causes</title><script type="module" src="/page.js"></script>' },
    mode,
  });
  const page: Page = await browser.newPage();
  const said: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning') said.push(message.text());
  });
  await page.goto(site.origin);
  return {
    said,
    connect: (count: number, url: string, options: Options = {}) =>
      page.evaluate(([count, url, options]) => window.connect(count, url, options), [
        count,
        url,
        options,
      ] as const),
    messages: () => page.evaluate(() => window.messages),
    async [Symbol.asyncDispose]() {
      await page.close();
      await site[Symbol.asyncDispose]();
    },
  };
}

/** Waits for more than some errors whose message has some words. */
async function heard(
  page: Awaited<ReturnType<typeof openPage>>,
  words: RegExp,
  count: number,
): Promise<void> {
  await expect
    .poll(async () => (await page.messages()).filter((text) => words.test(text)).length)
    .toBeGreaterThan(count);
}

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const head = { 'content-type': 'text/event-stream', 'access-control-allow-origin': '*' };

/** Streams one event and breaks. What it allows in a preflight is up to the test. */
const breaking =
  (allowed: Record<string, string>): RequestListener =>
  (request, response) => {
    if (request.method === 'OPTIONS') response.writeHead(204, { ...allowed }).end();
    else {
      response.writeHead(200, head).write('id: 1\ndata: one\n\n');
      setTimeout(() => response.destroy(), 20);
    }
  };

const linkTo = (section: string) => new RegExp(`docs/troubleshooting\\.md#${section}$`);

describe('the console of a page says once', () => {
  test('that a preflight does not allow the last event ID', async () => {
    await using server = await serve(breaking({ 'access-control-allow-origin': '*' }));
    await using page = await openPage();
    await page.connect(2, server.url);
    await heard(page, /does not allow/, 6);
    expect(page.said).toEqual([expect.stringMatching(linkTo('preflight'))]);
    expect(page.said[0]).toContain('`lastEventIdParam`');
  });

  test('nothing of a preflight where one such request was answered, and then the server is down', async () => {
    const server = await serve(
      breaking({ 'access-control-allow-origin': '*', 'access-control-allow-headers': 'last-event-id' }),
    );
    await using page = await openPage();
    await page.connect(1, server.url, { maxRetries: 1_000 });
    await heard(page, /./, 2);
    await server[Symbol.asyncDispose]();
    await heard(page, /could not be reached/, 3);
    expect((await page.messages()).filter((text) => /does not allow/.test(text))).toEqual([]);
    expect(page.said).toEqual([]);
  });

  test('that another origin does not answer to this one', async () => {
    await using server = await serve((_, response) =>
      response.writeHead(200, { 'content-type': head['content-type'] }).flushHeaders(),
    );
    await using page = await openPage();
    await page.connect(1, server.url);
    await heard(page, /./, 2);
    expect(page.said).toEqual([expect.stringMatching(linkTo('cors'))]);
  });

  test('that no headers come', async () => {
    await using server = await serve(() => {});
    await using page = await openPage();
    await page.connect(3, server.url, { connectTimeout: 200 });
    await heard(page, /./, 5);
    expect(page.said).toEqual([expect.stringMatching(linkTo('no-headers'))]);
    expect(page.said[0]).toContain('Firefox');
  });

  test('how many connections of six the page has itself', async () => {
    await using server = await serve((request, response) => {
      if (request.url !== '/events?stream=6') response.writeHead(200, head).flushHeaders();
    });
    await using page = await openPage();
    await page.connect(7, server.url, { connectTimeout: 5_000 });
    await heard(page, /./, 0);
    expect(page.said.filter((text) => linkTo('six-connections').test(text))).toEqual([
      expect.stringContaining('this page alone has 7 requests and streams'),
    ]);
    const [message] = await page.messages();
    expect(message).toContain('this page alone has 7');
  });

  test('nothing in production, where the message is short', async () => {
    await using server = await serve(() => {});
    await using page = await openPage('production');
    await page.connect(1, server.url, { connectTimeout: 200 });
    await heard(page, /./, 1);
    expect(page.said).toEqual([]);
    const [message] = await page.messages();
    expect(message).toBe(
      'The limit `connectTimeout` of 200 was exceeded. Usual causes: headers that are not flushed, a proxy that holds them, six HTTP/1.1 connections to the origin.',
    );
  });
});

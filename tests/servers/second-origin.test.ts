import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/launch-chromium.ts';
import { startSite } from '../support/site.ts';
import { publish } from './ask.ts';
import { isLong } from './restarts.ts';
import { runServer } from './run-server.ts';
import { servers } from './servers.ts';

let browser: Browser;
let site: Awaited<ReturnType<typeof startSite>>;

beforeAll(async () => {
  browser = await launchChromium();
  site = await startSite({
    script: new URL('page/second-origin.ts', import.meta.url),
    pages: { '/': '<!doctype html><title>Second</title><script type="module" src="/page.js"></script>' },
  });
});

afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

const tried = servers.filter(({ name }) => isLong || name === 'express');

test.each(tried)('a page of a second origin resumes, and sees why it is refused: $name', async (spec) => {
  await using server = await runServer(spec, { ALLOWED_ORIGIN: site.origin, KEEP_ALIVE: '1000' });
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(site.origin);
  const url = server.origin + server.path;
  const heard = () => page.evaluate(() => window.heard());

  await page.evaluate((url) => window.listen(url), url);
  await expect.poll(heard).toMatchObject({ status: 'open', isOpenNatively: true });
  await publish(server, { number: 1 });
  await expect.poll(heard).toMatchObject({ overFetch: [{ number: 1 }], natively: [{ number: 1 }] });

  await server.stop('SIGKILL');
  await server.start();
  await publish(server, { number: 2 });
  const both = [{ number: 1 }, { number: 2 }];
  await expect.poll(heard).toMatchObject({ overFetch: both, natively: both, status: 'open' });

  const failureWith = (token: string) =>
    page.evaluate(([url, token]) => window.failureWith(url, token), [url, token] as const);
  expect(await failureWith('nobody')).toMatchObject({ kind: 'unauthorized', status: 401 });
  expect(await failureWith('no-rights')).toMatchObject({ kind: 'forbidden', status: 403 });
  // `Retry-After` is seen too: the connection waits, which is not over.
  expect(await failureWith('too-often')).toMatchObject({ status: 429, isLongWait: true });
  await context.close();
});

import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDevServer } from '../support/dev-server.ts';
import { launchChromium } from '../support/launch-chromium.ts';
import { startSseServer } from '../support/sse-server.ts';

// A file is saved while its page is open, in the dev server of Vite.

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

const html = (script: string) =>
  `<!doctype html><output id="app"></output><script type="module" src="/${script}"></script>`;

const textOf = (page: Page) => page.locator('#app').textContent();

test('React: another list of events is taken up, and the state of the component stays', async () => {
  await using server = await startSseServer();
  const feed = (version: number, options: string) => `
    import { useState } from 'react';
    import { useServerSentEvents } from 'sse-machine/react';
    export function Feed() {
      const [born] = useState(() => performance.now());
      const { data, status, lastEventId } = useServerSentEvents('${server.url}', ${options});
      window.born ??= born;
      return ['version ${version}', status, data, lastEventId, window.born === born].join(', ');
    }`;
  await using app = await startDevServer({
    'index.html': html('main.jsx'),
    'main.jsx': `
      import { createRoot } from 'react-dom/client';
      import { Feed } from './feed.jsx';
      createRoot(document.querySelector('#app')).render(<Feed />);`,
    'feed.jsx': feed(1, `{ events: ['alpha'], parse: 'text' }`),
  });
  const page = await browser.newPage();
  await page.goto(app.origin);
  await expect.poll(() => textOf(page)).toBe('version 1, open, , , true');
  server.publish('one', 'beta');
  await expect.poll(() => textOf(page)).toBe('version 1, open, , 1, true');

  await app.save('feed.jsx', feed(2, `{ events: ['alpha', 'beta'], parse: 'text' }`));
  await expect.poll(() => server.requests.length).toBe(2);
  server.publish('two', 'beta');
  await expect.poll(() => textOf(page)).toBe('version 2, open, two, 2, true');
  await expect.poll(() => server.streams.size).toBe(1);
  expect(server.requests[1]?.lastEventId).toBe('1');

  await app.save('feed.jsx', feed(3, `{ events: ['alpha', 'beta'], parse: 'auto', maxRetries: 3 }`));
  await expect.poll(() => textOf(page)).toBe('version 3, open, two, 2, true');
  server.publish('three', 'beta');
  await expect.poll(() => textOf(page)).toBe('version 3, open, three, 3, true');
  // React runs the effects again after every save, as if the component came back: what is shown stays.
  await app.save('feed.jsx', feed(4, `{ maxRetries: 3, events: ['alpha', 'beta'], parse: 'auto' }`));
  await expect.poll(() => textOf(page)).toBe('version 4, open, three, 3, true');
  const asked = () => server.requests.map(({ lastEventId }) => lastEventId);
  await expect.poll(asked).toEqual(['', '1', '2', '3']);
  await expect.poll(() => server.streams.size).toBe(1);
  await page.close();
});

test('Vue: another list of events is taken up', async () => {
  await using server = await startSseServer();
  const feed = (version: number, options: string) => `
    <script setup>
    import { useServerSentEvents } from 'sse-machine/vue';
    const { data, status } = useServerSentEvents('${server.url}', ${options});
    </script>
    <template>version ${version}, {{ status }}, {{ data }}</template>`;
  await using app = await startDevServer({
    'index.html': html('main.js'),
    'main.js': `
      import { createApp } from 'vue';
      import Feed from './Feed.vue';
      createApp(Feed).mount('#app');`,
    'Feed.vue': feed(1, `{ events: ['alpha'] }`),
  });
  const page = await browser.newPage();
  await page.goto(app.origin);
  await expect.poll(() => textOf(page)).toBe('version 1, open, ');
  await app.save('Feed.vue', feed(2, `{ events: ['alpha'] }`));
  await expect.poll(() => textOf(page)).toBe('version 2, open, ');
  expect(server.requests).toHaveLength(1);
  await app.save('Feed.vue', feed(2, `{ events: ['beta'] }`));
  await expect.poll(() => server.requests.length).toBe(2);
  await expect.poll(() => server.streams.size).toBe(1);
  server.publish('two', 'beta');
  await expect.poll(() => textOf(page)).toBe('version 2, open, two');
  await page.close();
});

/** A module that connects where it is imported, saved five times; then the server has so many streams. */
async function saveFiveTimes(streams: number, more = '') {
  const server = await startSseServer();
  const feed = (version: number) => `
    import { createConnection } from 'sse-machine';
    const connection = createConnection('${server.url}?token=secret');
    connection.subscribe(({ status }) => {
      document.querySelector('#app').textContent = 'version ${version}, ' + status;
    });
    import.meta.hot.accept();
    ${more}`;
  const app = await startDevServer({ 'index.html': html('feed.js'), 'feed.js': feed(0) });
  const page = await browser.newPage();
  const warnings: string[] = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  await page.goto(app.origin);
  await expect.poll(() => textOf(page)).toBe('version 0, open');
  for (let version = 1; version <= 5; version += 1) {
    await app.save('feed.js', feed(version));
    await expect.poll(() => textOf(page)).toBe(`version ${version}, open`);
  }
  await expect.poll(() => server.requests.length).toBe(6);
  await expect.poll(() => server.streams.size).toBe(streams);
  await page.close();
  await app[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  return { warnings, url: server.url };
}

test('a module that nobody cleans up after leaves its streams, and is warned of once', async () => {
  const { warnings, url } = await saveFiveTimes(6);
  expect(warnings).toEqual([
    expect.stringContaining(`4 connections to '${url}' are open at once, and a browser has six sockets`),
  ]);
  expect(warnings[0]).toContain('`import.meta.hot?.dispose(() => connection.close())`');
});

test('a module that ends its connection when it is replaced has one stream', async () => {
  const { warnings } = await saveFiveTimes(1, 'import.meta.hot?.dispose(() => connection.close());');
  expect(warnings).toEqual([]);
});

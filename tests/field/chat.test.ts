import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDevServer } from '../support/dev-server.ts';
import { launchChromium } from '../support/launch-chromium.ts';
import { startAnswerServer } from '../support/llm/answer-server.ts';

// The chat of the examples, in a real page, with a real line.

const example = (name: string) =>
  `/@fs${fileURLToPath(new URL(`../../examples/llm/${name}`, import.meta.url))}`;

const html = (script: string) =>
  `<!doctype html><div id="app"></div><script>window.renders = 0</script><script type="module" src="/${script}"></script>`;

const api = `new URLSearchParams(location.search).get('api')`;

let browser: Browser;
let app: Awaited<ReturnType<typeof startDevServer>>;

beforeAll(async () => {
  browser = await launchChromium();
  app = await startDevServer({
    'react.html': html('react.jsx'),
    'react.jsx': `
      import { Profiler } from 'react';
      import { createRoot } from 'react-dom/client';
      import { Chat } from '${example('react/chat.tsx')}';
      createRoot(document.querySelector('#app')).render(
        <Profiler id="chat" onRender={() => void (window.renders += 1)}><Chat api={${api}} /></Profiler>
      );`,
    'vue.html': html('vue.js'),
    'vue.js': `
      import { createApp } from 'vue';
      import Chat from '${example('vue/Chat.vue')}';
      createApp(Chat, { api: ${api} }).mixin({ updated: () => void (window.renders += 1) }).mount('#app');`,
  });
});

afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await browser?.close();
});

async function openChat(framework: string, url: string) {
  const page = await browser.newPage();
  await page.goto(`${app.origin}${framework}.html?api=${url}`);
  return {
    page,
    shown: () => page.locator('article').allTextContents(),
    async ask(question: string) {
      await page.getByLabel('Question').fill(question);
      await page.getByRole('button', { name: 'Ask' }).click();
    },
    [Symbol.asyncDispose]: () => page.close(),
  };
}

describe.each(['react', 'vue'])('the chat in a page, in %s', (framework) => {
  test('an answer is carried on after a cut, and after a reload', async () => {
    await using server = await startAnswerServer();
    await using chat = await openChat(framework, server.url);
    await chat.ask('Why?');
    await expect.poll(() => server.asked.length).toBe(1);
    const [model] = server.asked;
    model?.say('Be');
    await expect.poll(chat.shown).toEqual(['Why?BeWriting…Stop']);

    server.cut();
    model?.say('cau');
    await expect.poll(chat.shown).toEqual(['Why?BecauWriting…Stop']);

    const reloaded = chat.page.reload();
    model?.say('se');
    await reloaded;
    await expect.poll(chat.shown).toEqual(['Why?BecauseWriting…Stop']);
    model?.say('.');
    model?.finish();
    await expect.poll(chat.shown).toEqual(['Why?Because.']);
    await expect.poll(() => server.readers).toBe(0);
    expect(server.asked).toHaveLength(1);
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET']);
  });

  test('to stop tells the server, and to leave does not', async () => {
    await using server = await startAnswerServer();
    const left = await openChat(framework, server.url);
    await left.ask('One?');
    await expect.poll(() => server.asked.length).toBe(1);
    await left.page.close();
    await expect.poll(() => server.readers).toBe(0);

    await using chat = await openChat(framework, server.url);
    await chat.ask('Two?');
    await expect.poll(chat.shown).toEqual(['Two?Thinking…Stop']);
    await expect.poll(() => server.asked.length).toBe(2);
    await chat.page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(chat.shown).toEqual(['Two?Stopped.']);
    await expect.poll(() => server.asked.map(({ isStopped }) => isStopped)).toEqual([false, true]);
  });

  test.each([100, 5_000])('%i tokens a second render at most once a frame', async (rate) => {
    await using server = await startAnswerServer();
    await using chat = await openChat(framework, server.url);
    await chat.ask('Count');
    await expect.poll(chat.shown).toEqual(['CountThinking…Stop']);
    await expect.poll(() => server.asked.length).toBe(1);
    const tokens = Array.from({ length: 2 * rate }, (_, index) => `${index} `);
    server.asked[0]?.say(...tokens.slice(0, 1));
    await expect.poll(chat.shown).toEqual(['Count0 Writing…Stop']);
    await watchRenders(chat.page);

    const begun = performance.now();
    for (let said = 1; said < tokens.length; ) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const due = Math.floor(((performance.now() - begun) / 1_000) * rate);
      server.asked[0]?.say(...tokens.slice(said, due));
      said = Math.max(said, due);
    }
    const text = `Count${tokens.join('')}`;
    await expect.poll(chat.shown).toEqual([`${text}Writing…Stop`]);
    const renders = await chat.page.evaluate<number[]>('window.perFrame');
    expect(Math.max(...renders)).toBe(1);
    expect(renders.filter((count) => count === 1).length).toBeGreaterThan(4); // it grows before the eyes
    server.asked[0]?.finish();
    await expect.poll(chat.shown).toEqual([text]);
  });
});

/** Counts the renders of each frame from now on. */
async function watchRenders(page: Page): Promise<void> {
  await page.evaluate(`
    window.perFrame = [];
    let before = window.renders;
    requestAnimationFrame(function look() {
      window.perFrame.push(window.renders - before);
      before = window.renders;
      requestAnimationFrame(look);
    });
    0;
  `);
}

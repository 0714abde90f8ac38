import { pathToFileURL } from 'node:url';
import type { Locator, Page } from 'playwright';
import { describe } from 'vitest';
import { outputFolder } from '../../site/build/places.ts';
import { viewerPage } from '../viewer/viewer-page.ts';
import { test } from './visit.ts';

/** Each demo, driven once. Most of the time they wait, so several run at a time. */
export function testDemos(): void {
  describe.concurrent('the demo of', () => {
    test('a restart: goes on by itself, and misses nothing', async ({ visit, expect }) => {
      const { status, press, fact, shown } = demo(await visit('start/react.html', { before: rememberShown }));
      await expect.poll(async () => Number(await fact('Received'))).toBeGreaterThan(1);
      await press('Restart the server (3 s)');
      await expect
        .poll(shown)
        .toContainEqual(
          expect.objectContaining({ status: 'Backoff', lit: expect.arrayContaining(['backoff']) }),
        );
      await expect.poll(status).toBe('Open');
      await expect.poll(async () => Number(await fact('Received'))).toBeGreaterThan(4);
      expect([await fact('Missed'), await fact('Twice')]).toEqual(['0', '0']);
    });

    test('the statuses: shows all five', async ({ visit, expect }) => {
      const { status, press } = demo(await visit('guide/show-the-state.html'));
      await expect.poll(status).toBe('Open');
      await press('Answer nothing');
      await expect.poll(status).toBe('Connecting');
      await press('Mend the server');
      await press('Reconnect');
      await expect.poll(status).toBe('Open');
      await press('Answer 401');
      await expect.poll(status).toBe('Failed');
      await press('Mend the server');
      await press('Open');
      await expect.poll(status).toBe('Open');
      await press('Answer 204');
      await expect.poll(status).toBe('Closed');
    });

    test('replays: the stream is cut by keyboard, and nothing is missed', async ({ visit, expect }) => {
      const page = await visit('guide/never-lose-an-event.html');
      const { fact, log } = demo(page);
      await expect.poll(() => fact('Received')).toMatch(/[1-9]/);
      await page.getByRole('button', { name: 'Cut the stream' }).focus();
      await page.keyboard.press('Enter');
      await expect.poll(log).toMatch(/GET after event \d+: accepted/);
      await expect.poll(async () => Number(await fact('Received'))).toBeGreaterThan(2);
      expect([await fact('Missed'), await fact('Twice')]).toEqual(['0', '0']);
    });

    test('tokens: a 401 is renewed, and an announced one breaks nothing', async ({ visit, expect }) => {
      const page = await visit('guide/tokens.html');
      const { status, press, fact, log } = demo(page);
      await expect.poll(status).toBe('Open');
      await press('Expire the token');
      await expect.poll(log).toContain('refresh() brings a new token');
      await expect.poll(status).toBe('Open');
      await expect.poll(async () => Number(await fact('Received'))).toBeGreaterThan(2); // past `stableAfter`
      await press('Announce that it expires');
      await expect.poll(async () => (await log()).split('refresh() brings').length).toBe(3);
      expect(await status()).toBe('Open');
    });

    test('an answer: a cut costs no token, and the question is asked once', async ({ visit, expect }) => {
      const page = await visit('guide/llm.html', { before: cutInTheMiddle });
      const { status, log, text } = demo(page);
      await expect.poll(status).toBe('Closed');
      expect(await text()).toBe(
        'A stream that breaks is carried on by a GET with the last event ID, so that no token is lost and none comes twice.',
      );
      expect((await log()).match(/POST/g)).toHaveLength(1);
      expect(await log()).toMatch(/GET after event \d+: accepted/);
    });

    test('sharing: three components cost one request, and one closes alone', async ({ visit, expect }) => {
      const page = await visit('concepts/sharing.html');
      const { log } = demo(page);
      const badges = () => page.locator('sse-demo .badge').allInnerTexts();
      await expect.poll(badges).toEqual(['Open', 'Open', 'Open']);
      expect((await log()).match(/GET/g)).toHaveLength(1);
      await page.getByRole('group', { name: 'The connection of Component 1' }).getByText('Close').click();
      await expect.poll(badges).toEqual(['Closed', 'Open', 'Open']);
    });

    test('failures: a 503 is tried again, a 410 forgets the event, a 403 is the end', async ({
      visit,
      expect,
    }) => {
      const page = await visit('concepts/failures.html', { before: rememberShown });
      const { status, press, fact, log, shown } = demo(page);
      await expect.poll(() => fact('Received')).toMatch(/[1-9]/);
      await press('Answer 503, come back in 4 s');
      await expect
        .poll(shown)
        .toContainEqual(expect.objectContaining({ nextAttempt: expect.stringMatching(/^in [345]/) }));
      await expect.poll(status).toBe('Open');
      await press('Answer 410 once');
      await expect.poll(log).toContain('A gap is announced: forgotten');
      await expect.poll(status).toBe('Open');
      await press('Answer 403');
      await expect.poll(status).toBe('Failed');
    });

    test('the budget: is spent, and whole again', async ({ visit, expect }) => {
      const page = await visit('concepts/budget.html');
      const { status, press, fact } = demo(page);
      await expect.poll(status).toBe('Open');
      await press('Break the server');
      await expect.poll(status).toBe('Failed');
      expect(await fact('Retries')).toBe('4');
      await press('Mend the server');
      await press('Reconnect');
      await expect.poll(status).toBe('Open');
      expect(await fact('Retries')).toBe('0');
    });

    test('tabs: three cost one stream, and whoever leads may be closed or frozen', async ({
      visit,
      expect,
    }) => {
      const page = await visit('guide/tabs.html');
      const { press, fact, log } = demo(page);
      const cards = page.locator('sse-demo .user');
      const leader = async () =>
        (await cards.filter({ hasText: 'leads' }).locator('b').allInnerTexts()).join();
      const everyFact = (term: string) =>
        Promise.all(
          Array.from({ length: 2 }, async (_, index) => Number(await factIn(cards.nth(index), term))),
        );
      await expect.poll(() => fact('Received')).not.toBe('0');
      await expect.poll(() => fact('Streams open')).toBe('1');
      const first = await leader();
      await press('Close the tab that leads');
      await expect.poll(leader).not.toBe(first);
      await expect.poll(leader).toMatch(/^Tab \d$/);
      const second = await leader();
      await press('Freeze it for 6 s');
      await expect.poll(leader).not.toBe(second);
      await expect.poll(log).toContain(`${second} is back`);
      await expect.poll(() => cards.filter({ hasText: 'follows' }).count()).toBe(1);
      const before = await everyFact('Received');
      await expect
        .poll(async () => (await everyFact('Received')).every((count, index) => count > (before[index] ?? 0)))
        .toBe(true);
      expect([await everyFact('Missed'), await everyFact('Twice')]).toEqual([
        [0, 0],
        [0, 0],
      ]);
      await expect.poll(() => fact('Streams open')).toBe('1');
    });

    test('tabs: they share from a folder of files too', async ({ visit, expect }) => {
      const page = await visit('guide/tabs.html', { base: `${pathToFileURL(outputFolder).href}/` });
      const { fact } = demo(page);
      await expect.poll(() => fact('Streams open')).toBe('1');
      await expect.poll(() => fact('Received')).not.toBe('0');
    });

    test('tabs: without locks each has a stream of its own, and it is said why', async ({
      visit,
      expect,
    }) => {
      const page = await visit('guide/tabs.html', {
        before: () => Reflect.deleteProperty(Navigator.prototype, 'locks'),
      });
      const { fact } = demo(page);
      await expect.poll(() => fact('Streams open')).toBe('3');
      expect(await page.locator('sse-demo .apart').innerText()).toContain('each tab has a stream of its own');
    });

    test('the viewer: shows the connection, and what broke it', async ({ visit, expect }) => {
      const page = await visit('guide/inspect.html');
      const { row, lit } = viewerPage(page);
      await demo(page).press('Answer 401');
      await expect.poll(() => row('failed').count()).toBeGreaterThan(0);
      await expect.poll(lit).toContain('failed');
    });

    test("EventSource: the standard's class is closed by a 503, the other one comes back", async ({
      visit,
      expect,
    }) => {
      const page = await visit('guide/event-source.html');
      const state = (name: string) => page.getByLabel(`readyState of ${name}`, { exact: true }).innerText();
      const states = () => Promise.all(['EventSource', 'createEventSource()'].map(state));
      await expect.poll(states).toEqual(['OPEN', 'OPEN']);
      await demo(page).press('Restart the server (5 s)');
      await expect.poll(states).toEqual(['CLOSED', 'OPEN']);
    });

    test('a test: what the reader plays is written down, and the time stands still', async ({
      visit,
      expect,
    }) => {
      const page = await visit('guide/testing.html');
      const { status, press, fact } = demo(page);
      const code = () => page.getByRole('region', { name: 'The test' }).innerText();
      for (const verb of ['accept()', 'send()', 'drop()']) await press(verb);
      await expect.poll(status).toBe('Backoff');
      expect(await fact('Next attempt')).toBe('in 500 ms');
      await press('advanceToNext()');
      await expect.poll(status).toBe('Connecting');
      await press('accept()');
      await expect.poll(status).toBe('Open');
      expect(await code()).toContain(
        "await server.drop();\nexpect(connection.state).toMatchObject({ status: 'backoff', retries: 1 });",
      );
      await press('refuse(503)');
      await expect.poll(() => page.locator('sse-demo .why').innerText()).toContain('No request has come');
    });

    test('data: what the schema refuses is left out and told, and the rest is gathered', async ({
      visit,
      expect,
    }) => {
      const page = await visit('guide/data.html', { before: rememberShown });
      const { status, press, fact, log, shown } = demo(page);
      await expect.poll(() => fact('GLOBEX')).toMatch(/^\d+\.\d\d$/);
      await press('Send a price that is no number');
      await press('Send an event nobody named');
      await expect.poll(() => page.locator('sse-demo .head').innerText()).toContain('2 left out');
      expect(await log()).toContain('Expected number but received "many"');
      await press('Restart the server (3 s)');
      await expect.poll(shown).toContainEqual(expect.objectContaining({ status: 'Backoff' }));
      await expect.poll(status).toBe('Open');
      await expect.poll(() => fact('GLOBEX')).toMatch(/^\d+\.\d\d$/);
    });

    test('a query: a cut costs no fetch, a gap costs one', async ({ visit, expect }) => {
      const { press, fact, log } = demo(await visit('guide/with-others.html'));
      const streamed = async () => Number(await fact('By the stream'));
      await expect.poll(streamed).toBeGreaterThan(0);
      const fetched = await fact('Fetched');
      await press('Cut the stream');
      await expect.poll(log).toMatch(/GET after event \d+: accepted/);
      const before = await streamed();
      await expect.poll(streamed).toBeGreaterThan(before);
      expect(await fact('Fetched')).toBe(fetched);
      await press('Forget what was sent');
      await expect.poll(() => fact('Fetched')).not.toBe(fetched);
      expect(await log()).toContain('A gap is announced (forgotten)');
    });

    test('watching: callbacks are called, and failures are counted', async ({ visit, expect }) => {
      const page = await visit('guide/watching.html');
      const { press, log } = demo(page);
      await expect.poll(log).toContain("onOpen, lastEventId ''");
      await press('Break the server');
      await expect.poll(log).toContain('onGaveUp');
      expect(await log()).toContain('onFailure, 500, retries 3');
      const row = page.getByRole('region', { name: 'Metrics' }).getByRole('row');
      await expect.poll(() => row.filter({ hasText: 'given_up' }).count()).toBe(1);
    });

    test('trouble: each cause has its sentence', async ({ visit, expect }) => {
      const page = await visit('guide/troubleshooting.html', {
        expected: /docs\/troubleshooting|connections to 'https:\/\/api.example.com/,
      });
      const { press, text } = demo(page);
      const sentences = {
        'Send no headers': [/Usual causes: the server does not flush its headers/, 'no headers'],
        'Open six others before': [/Usual causes: this page alone has [67] requests/, 'six connections'],
        'Refuse the preflight': [/does not allow the header `Last-Event-ID`/i, 'preflight'],
        'Refuse by CORS': [/could not be reached(?!.*does not allow)/, 'cors'],
        'Answer with a page': [/^The answer is not a text\/event-stream/, 'content type'],
        'Fall silent': [/`idleTimeout` of 2000 was exceeded/, 'idle'],
      } as const;
      for (const [label, [sentence, section]] of Object.entries(sentences)) {
        await press(label);
        await expect.poll(text, { message: label }).toMatch(sentence);
        expect(await page.locator('sse-demo .why').innerText()).toContain(`More: ${section}`);
      }
      await page.locator('sse-demo').getByRole('link', { name: 'idle' }).click();
      expect(new URL(page.url()).hash).toBe('#idle');
    });
  });
}

/** In the page, because the answer does not wait for a test that is late. */
function cutInTheMiddle(): void {
  const shown = document.querySelector('sse-demo')?.shadowRoot;
  const buttons = [...(shown?.querySelectorAll('button') ?? [])];
  const cut = buttons.find(({ textContent }) => textContent === 'Cut the stream');
  if (cut && shown?.querySelector('.text')?.textContent?.includes('A stream that')) cut.click();
  else requestAnimationFrame(cutInTheMiddle);
}

/** A moment of a demo, as it was shown. */
interface Shown {
  readonly status: string | undefined;
  readonly nextAttempt: string | undefined;
  /** The states of the chart that were lit. */
  readonly lit: readonly (string | null)[];
}

/** In the page, before its scripts: what a demo shows may be over before a test that is late looks. */
function rememberShown(): void {
  const all: Shown[] = [];
  Object.assign(window, { shown: all });
  addEventListener('click', () => void all.splice(0), true); // before it is answered
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, init);
    new MutationObserver(() => {
      const term = [...root.querySelectorAll('dt')].find(({ textContent }) => textContent === 'Next attempt');
      const states = [...root.querySelectorAll('.state.active')];
      all.push({
        status: root.querySelector('.badge')?.textContent,
        nextAttempt: term?.nextElementSibling?.textContent ?? undefined,
        lit: states.map((state) => state.getAttribute('data-state')),
      });
    }).observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
    return root;
  };
}

/** The first demo of a page, as a person sees it. */
export function demo(page: Page) {
  const root = page.locator('sse-demo').first();
  return {
    status: () => root.locator('.badge').first().innerText(),
    text: () => root.locator('.text').innerText(),
    log: () => root.locator('.log').innerText(),
    press: (label: string) => root.getByRole('button', { name: label, exact: true }).first().click(),
    fact: (term: string) => factIn(root, term),
    /** All that was shown since the last click, if the page remembers it: see `rememberShown`. */
    shown: () => page.evaluate<Shown[]>('window.shown'),
  };
}

function factIn(place: Locator, term: string): Promise<string> {
  const fact = place.locator('dl > div').filter({ has: place.page().getByText(term, { exact: true }) });
  return fact.first().locator('dd').innerText();
}

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConnectionOptions } from '../../index.ts';
import { createTestClock, type TestClock } from '../../testing/clock.ts';
import { canaries, createLeaks, type Leaks } from '../privacy/canaries.ts';
import { startWatchedClient, type WatchedClient } from '../privacy/watched-client.ts';
import { engine } from '../support/browsers/engine.ts';
import {
  type RemoteSseServer,
  type ScriptedAnswer,
  startRemoteSseServer,
} from '../support/remote/remote-sse-server.ts';
import { quiet, until } from '../support/until.ts';

let server: RemoteSseServer;
let elsewhere: RemoteSseServer;
let clock: TestClock;
let client: WatchedClient;
let outside: Leaks;
const strayed = new AbortController();

beforeEach(async () => {
  server = await startRemoteSseServer();
  elsewhere = await startRemoteSseServer();
  clock = createTestClock();
  outside = createLeaks();
  for (const name of ['error', 'unhandledrejection']) {
    const note = (event: object) =>
      outside.watch(name, [Reflect.get(event, 'reason'), Reflect.get(event, 'error')]);
    window.addEventListener(name, note, { signal: strayed.signal });
  }
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
    vi.spyOn(console, method).mockImplementation((...said) => outside.watch(`console.${method}`, said));
  }
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await quiet();
  vi.restoreAllMocks();
  await server.stop();
  await elsewhere.stop();
  expect(outside.found()).toEqual([]);
});

const secretHeaders = {
  authorization: `Bearer ${canaries.token}`,
  [canaries.headerName]: canaries.headerValue,
};

const refusal = (code: number, headers: Record<string, string> = {}): ScriptedAnswer => ({
  kind: 'status',
  code,
  headers: { 'www-authenticate': canaries.answerHeader, ...headers },
});

/** @param isDeaf The browser does not say that it asks nobody, so that `connectTimeout` has to end it. */
async function reached(status: string, isDeaf = false): Promise<void> {
  await until(() => {
    if (client.waits() || isDeaf) clock.advance(1_000);
    return client.connection.state.status === status && client.agrees();
  }, `the status ${status}`);
}

const stream: ScriptedAnswer = { kind: 'stream' };
const secretBody: ScriptedAnswer = {
  kind: 'body',
  parts: [`id: 1\ndata: {"secret":"${canaries.message}"}\n\n`],
};

describe.each([
  ['fetch', { headers: secretHeaders }],
  ['EventSource', { native: true, events: ['message'] }],
] as [string, ConnectionOptions & { native?: boolean }][])(
  'with %s no secret gets out of a connection',
  (_, options) => {
    const bound = { maxEventSize: 5 };

    test.each([
      ['that delivers, is dropped and goes on', 'open', [secretBody, secretBody, stream], {}],
      ['that is refused with 401', 'failed', [refusal(401)], {}],
      ['that is refused with 403', 'failed', [refusal(403)], {}],
      ['that is refused with 500', 'failed', [refusal(500)], {}],
      ['that is cut', 'failed', [{ kind: 'cut' }], {}],
      [
        'that is redirected to what is no URL',
        'failed',
        [refusal(302, { location: `http://[${canaries.redirect}` })],
        {},
      ],
      [
        'that is redirected in a circle',
        'failed',
        [refusal(302, { location: `/events?to=${canaries.redirect}` })],
        {},
      ],
      ['that gets an event that is too large', 'failed', [secretBody], bound],
    ] as [string, string, ScriptedAnswer[], ConnectionOptions][])(
      '%s',
      async (_name, status, answers, more) => {
        await server.answer(...answers);
        client = startWatchedClient(`${server.url}?token=${canaries.query}`, {
          ...{ clock, maxRetries: status === 'open' ? 5 : 1, ...options, ...more },
        });
        await reached(status);
        expect(client.leaks.found()).toEqual([]);
        expect(JSON.stringify((await server.look()).requests)).toContain(canaries.query); // it was sent
      },
    );

    test('that is redirected to another origin', async () => {
      await server.answer(refusal(307, { location: `${elsewhere.url}?to=${canaries.redirect}` }));
      client = startWatchedClient(`${server.url}?token=${canaries.query}`, { clock, ...options });
      await reached('open');
      expect(client.leaks.found()).toEqual([]);
      expect(JSON.stringify((await elsewhere.look()).requests)).not.toContain(canaries.token);
    });

    test.each([
      ['with a password', `http://${canaries.user}:${canaries.password}@127.0.0.1:1/`],
      ['that is none', `http://[${canaries.query}`],
      ['of another kind', `gopher://${canaries.query}/`],
      ['that the page may not load', `file:///${canaries.query}`],
    ])('for a URL %s', async (_name, url) => {
      client = startWatchedClient(url, { clock, maxRetries: 1, ...options });
      // WebKit never tells an EventSource that its port is blocked.
      await reached('failed', engine === 'webkit' && options.native && url.includes(':1/'));
      expect(client.leaks.found()).toEqual([]);
    });
  },
);

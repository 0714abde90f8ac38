// @vitest-environment jsdom
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { cleanup, render } from '@testing-library/react';
import { enableAutoUnmount, mount } from '@vue/test-utils';
import { afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../../tests/support/ports.ts';
import AppInReact from './App.tsx';
import AppInVue from './App.vue';

afterEach(cleanup);
enableAutoUnmount(afterEach);

// Events of a real server come when they come, and no `act` waits for them.
beforeAll(() => Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false }));

test('without a framework: the badge and the clock survive a restart of the server', async () => {
  const server = await startServer();
  const { connection } = await import('./vanilla.ts');
  onTestFinished(() => connection.close());
  await survivesRestart(server, () => document.body.textContent ?? '');
});

test('React: the badge and the clock survive a restart of the server', async () => {
  const server = await startServer();
  const { container } = render(<AppInReact />);
  await survivesRestart(server, () => container.textContent ?? '');
});

test('Vue: the badge and the clock survive a restart of the server', async () => {
  const server = await startServer();
  const app = mount(AppInVue);
  await survivesRestart(server, () => app.text());
});

test('XState: the actor survives a restart of the server', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const server = await startServer();
  const { actor } = await import('./xstate.ts');
  onTestFinished(() => void actor.stop());
  await survivesRestart(server, () =>
    log.mock.calls
      .slice(-3)
      .map(([first, second]) => (typeof first === 'string' ? first : `${second ?? first.time}`))
      .join(' '),
  );
});

test('the server of the first steps sends what was missed, once', async () => {
  const { url } = await startServer();
  const before = Math.floor(Date.now() / 1_000) - 3;
  const answer = await fetch(url, { headers: { 'last-event-id': String(before) } });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes(`id: ${before + 3}\n`)) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  expect([...text.matchAll(/id: (\d+)/g)].map(([, id]) => Number(id) - before).slice(0, 3)).toEqual([
    1, 2, 3,
  ]);
});

test('the server of the first steps serves a client whose last event ID it does not know', async () => {
  const { url } = await startServer();
  const answer = await fetch(url, { headers: { 'last-event-id': 'of another server' } });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toMatch(/^event: tick\nid: \d+\n/);
  await reader?.cancel();
});

async function survivesRestart(server: Server, shown: () => string): Promise<void> {
  await expect.poll(shown).toMatch(/open.*\d\d:\d\d:\d\d/);
  await server.stop();
  await expect.poll(shown).toMatch(/backoff|connecting/);
  await server.start();
  await expect.poll(shown).toMatch(/open.*\d\d:\d\d:\d\d|\d\d:\d\d:\d\d.*open/);
}

interface Server {
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs `server.mjs`, at a port that is free instead of the 8080 that the examples ask. */
async function startServer(): Promise<Server> {
  const port = await freePort();
  const url = `http://localhost:${port}/events`;
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (asked: string | URL, request?: RequestInit) =>
    fetch(String(asked).replace(':8080', `:${port}`), request),
  );
  let child: ChildProcess | undefined;
  const server: Server = {
    url,
    async start() {
      child = spawn(process.execPath, [join(import.meta.dirname, 'server.mjs')], {
        env: { ...process.env, PORT: String(port) },
        stdio: 'ignore',
      });
      await expect
        .poll(async () => (await fetch(url, { method: 'HEAD' }).catch(() => undefined))?.status)
        .toBe(200);
    },
    async stop() {
      const ended = child && once(child, 'exit');
      child?.kill('SIGKILL');
      await ended;
    },
  };
  onTestFinished(async () => {
    await server.stop();
    vi.unstubAllGlobals();
  });
  await server.start();
  return server;
}

import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { createScriptedServer, type ScriptedServer } from '../../testing/scripted-server.ts';
import { listen } from '../migrate/shapes/named-handler.after.ts';
import { stream } from '../migrate/shapes/throwing-onerror.after.ts';
import { assertBuilt } from './built.ts';

beforeAll(assertBuilt);

/** Code that the codemod has written, as an app would run it: with the package that is published. */
test('a stream that ends resolves what waited for it, as fetchEventSource does', async () => {
  const server = await startServer();
  const shown: string[] = [];
  const over = stream(server.url, (text) => shown.push(text), new AbortController().signal);
  await server.accept();
  await server.send('one', '2');
  await server.end();
  await over;
  expect(shown).toEqual(['one', '2']);
  expect(server.requests).toHaveLength(1);
});

test('an `onerror` that threw fails once, and is not tried again', async () => {
  const server = await startServer();
  const told = vi.spyOn(console, 'error').mockImplementation(() => {});
  const over = stream(server.url, () => {}, new AbortController().signal);
  await server.refuse(503);
  await over;
  expect(told).toHaveBeenCalledWith('failed', expect.objectContaining({ kind: 'exhausted' }));
  expect(server.requests).toHaveLength(1);
});

test('a handler that is written elsewhere gets name and text, until the signal ends it', async () => {
  const server = await startServer();
  const told = vi.spyOn(console, 'log').mockImplementation(() => {});
  const { signal, ...controller } = abortable();
  const over = listen(new URL(server.url).origin, signal);
  await server.accept();
  await server.send({ event: 'state', data: { a: 1 } });
  await expect.poll(() => told.mock.calls).toEqual([['state', '{"a":1}']]);
  controller.abort();
  await over;
  await expect.poll(() => server.openStreams).toBe(0);
});

async function startServer(): Promise<ScriptedServer> {
  const server = await createScriptedServer();
  vi.spyOn(console, 'log').mockImplementation(() => {});
  onTestFinished(async () => {
    vi.restoreAllMocks();
    await server.close();
  });
  return server;
}

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

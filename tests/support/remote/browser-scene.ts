import { afterEach, beforeEach, expect, vi } from 'vitest';
import { type RemoteSseServer, startRemoteSseServer } from './remote-sse-server.ts';

// For each test of a file that imports this: a real server for a page, and what is undone at the end, last things first.

export let server: RemoteSseServer;
export let cleanups: (() => unknown)[];

/** The functions of the console that nothing may call. */
const silent: ReturnType<typeof vi.spyOn>[] = [];

beforeEach(async () => {
  server = await startRemoteSseServer();
  cleanups = [() => server.stop()];
  for (const spy of silent) spy.mockReset();
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  for (const spy of silent) expect(spy).not.toHaveBeenCalled();
});

/** Has each test of the file fail if it logs something. @returns What a test can look at, and allow. */
export function expectSilence(of: 'error' | 'warn') {
  const spy = vi.spyOn(console, of);
  silent.push(spy);
  return spy;
}

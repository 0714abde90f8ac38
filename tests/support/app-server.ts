import { expect, onTestFinished, vi } from 'vitest';
import { createScriptedServer, type ScriptedServer } from '../../testing/scripted-server.ts';

/**
 * A scripted server at which the relative URLs of an app end, as those of a page end at its origin. So a test runs an example
 * as it stands. When the test is over, no socket may be open. A stream that says `retry: 0` has its client back in 200 ms.
 */
export async function startAppServer(): Promise<ScriptedServer> {
  const server = await createScriptedServer();
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (url: string, request?: RequestInit) => fetch(new URL(url, server.url), request));
  onTestFinished(async () => {
    vi.unstubAllGlobals();
    await expect.poll(() => server.openSockets).toBe(0);
    await server.close();
  });
  return server;
}

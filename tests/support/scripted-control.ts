import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ScriptedRequest } from '../../testing/scripted.ts';
import { createScriptedServer, type ScriptedServer } from '../../testing/scripted-server.ts';

/** What a page can ask of the scripted server that runs for it. */
export interface ScriptedCall {
  readonly verb: 'accept' | 'refuse' | 'stall' | 'send' | 'end' | 'drop' | 'look' | 'close';
  readonly given: readonly unknown[];
}

/** What a page is told after each call. */
export interface ScriptedReport {
  readonly url: string;
  readonly requests: number;
  /** What the last request asked for. */
  readonly last: Pick<ScriptedRequest, 'method' | 'lastEventId'> | undefined;
  readonly openStreams: number;
  readonly waiting: number;
  readonly openSockets: number;
  /** The message of what the verb threw. */
  readonly error?: string;
}

/** Runs scripted servers for tests that live in a browser, each steered by a page through a path of its own. */
export async function startScriptedControl(): Promise<{ url: string } & AsyncDisposable> {
  const servers = new Map<string, ScriptedServer>();

  const control = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const id = request.url ?? '';
    const { verb, given } = JSON.parse(text) as ScriptedCall;
    const server = servers.get(id) ?? (await createScriptedServer());
    servers.set(id, server);
    const error = verb === 'look' ? undefined : await call(server, verb, given);
    if (verb === 'close') servers.delete(id);
    const { url, requests, openStreams, waiting, openSockets } = server;
    const report = {
      url,
      requests: requests.length,
      last: requests.at(-1),
      openStreams,
      waiting,
      openSockets,
      ...(error && { error }),
    };
    response.end(JSON.stringify(report satisfies ScriptedReport));
  });

  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const server of servers.values()) await server.close();
      control.closeAllConnections();
      await new Promise((resolve) => control.close(resolve));
    },
  };
}

async function call(
  server: ScriptedServer,
  verb: Exclude<ScriptedCall['verb'], 'look'>,
  given: readonly unknown[],
): Promise<string | undefined> {
  try {
    const method: (...given: never[]) => Promise<void> = server[verb];
    await method(...(given as never[]));
    return undefined;
  } catch (error) {
    return String(error);
  }
}

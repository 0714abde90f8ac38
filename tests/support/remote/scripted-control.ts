import type { ScriptedRequest } from '../../../testing/scripted.ts';
import { createScriptedServer, type ScriptedServer } from '../../../testing/scripted-server.ts';
import { startControlServer } from './control-server.ts';

/** A call of a page to the scripted server that runs for it. */
export interface ScriptedCall {
  readonly verb: 'accept' | 'refuse' | 'stall' | 'send' | 'end' | 'drop' | 'look' | 'close';
  readonly given: readonly unknown[];
}

/** The report to a page after each call. */
export interface ScriptedReport {
  readonly url: string;
  readonly requests: number;
  /** The method and the last event ID of the last request. */
  readonly last: Pick<ScriptedRequest, 'method' | 'lastEventId'> | undefined;
  readonly openStreams: number;
  readonly waiting: number;
  readonly openSockets: number;
  /** The message of what the verb threw. */
  readonly error?: string;
}

/** Runs scripted servers for tests that live in a browser. */
export function startScriptedControl(): Promise<{ url: string } & AsyncDisposable> {
  return startControlServer({
    start: createScriptedServer,
    async perform(server, { verb, given }: ScriptedCall) {
      const error = verb === 'look' ? undefined : await call(server, verb, given);
      const { url, requests, openStreams, waiting, openSockets } = server;
      const seen = { requests: requests.length, last: requests.at(-1), openStreams, waiting, openSockets };
      return { url, ...seen, ...(error && { error }) } satisfies ScriptedReport;
    },
    isLast: ({ verb }) => verb === 'close',
  });
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

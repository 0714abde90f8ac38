import { type Flood, flood } from '../../hostile/flood.ts';
import {
  type Answer,
  body,
  cut,
  type SeenRequest,
  type SseServer,
  silentStream,
  stall,
  startSseServer,
  status,
  stream,
} from '../sse-server.ts';
import { startControlServer } from './control-server.ts';

/** An answer as a page can ask for it. */
export type ScriptedAnswer =
  | { readonly kind: 'stream' | 'silent stream' | 'stall' | 'cut' }
  | { readonly kind: 'status'; readonly code: number; readonly headers?: Record<string, string> }
  | { readonly kind: 'body'; readonly parts: readonly string[] }
  | { readonly kind: 'flood'; readonly source: Flood; readonly gzip?: boolean };

/** A call of a page to a server that runs for it. */
export type ControlCall =
  | { readonly verb: 'answer'; readonly answers: readonly ScriptedAnswer[] }
  | { readonly verb: 'publish'; readonly data: string; readonly event?: string }
  | { readonly verb: 'write'; readonly text: string }
  | { readonly verb: 'look' | 'end' | 'drop' | 'refuse' | 'listen' | 'stop' };

/** The report to a page after each call. */
export interface ControlReport {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  readonly preflights: number;
  readonly sockets: number;
  readonly streams: number;
}

/** Runs event-stream servers for tests that live in a browser. */
export function startControl(): Promise<{ url: string } & AsyncDisposable> {
  return startControlServer({
    // Firefox opens a stream with the first byte of its body.
    start: () => startSseServer({ opening: ':\n\n' }),
    async perform(server, call: ControlCall) {
      await perform(server, call);
      const { url, requests, preflights, sockets, streams } = server;
      return {
        url,
        requests,
        preflights,
        sockets: sockets.size,
        streams: streams.size,
      } satisfies ControlReport;
    },
    isLast: ({ verb }) => verb === 'stop',
  });
}

async function perform(server: SseServer, call: ControlCall): Promise<void> {
  switch (call.verb) {
    case 'answer':
      return server.answer(...call.answers.map(answerOf));
    case 'publish':
      return server.publish(call.data, call.event);
    case 'write':
      return server.write(call.text);
    case 'end':
      return server.end();
    case 'drop':
      return server.drop();
    case 'refuse':
      return server.refuse();
    case 'listen':
      return server.listen();
    case 'stop':
      return server[Symbol.asyncDispose]();
    case 'look':
      return undefined;
  }
}

function answerOf(answer: ScriptedAnswer): Answer {
  switch (answer.kind) {
    case 'stream':
      return stream;
    case 'silent stream':
      return silentStream;
    case 'stall':
      return stall;
    case 'cut':
      return cut;
    case 'status':
      return status(answer.code, answer.headers);
    case 'body':
      return body(...answer.parts);
    case 'flood':
      return flood(answer.source, { gzip: answer.gzip ?? false });
  }
}

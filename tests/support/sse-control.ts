import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Flood, flood } from '../hostile/flood.ts';
import {
  type Answer,
  body,
  cut,
  type SeenRequest,
  type SseServer,
  stall,
  startSseServer,
  status,
  stream,
} from './sse-server.ts';

/** An answer as a page can ask for it. */
export type ScriptedAnswer =
  | { readonly kind: 'stream' | 'stall' | 'cut' }
  | { readonly kind: 'status'; readonly code: number; readonly headers?: Record<string, string> }
  | { readonly kind: 'body'; readonly parts: readonly string[] }
  | { readonly kind: 'flood'; readonly source: Flood; readonly gzip?: boolean };

/** What a page can ask of a server that runs for it. */
export type ControlCall =
  | { readonly verb: 'answer'; readonly answers: readonly ScriptedAnswer[] }
  | { readonly verb: 'publish'; readonly data: string; readonly event?: string }
  | { readonly verb: 'write'; readonly text: string }
  | { readonly verb: 'look' | 'end' | 'drop' | 'refuse' | 'listen' | 'stop' };

/** What a page is told after each call. */
export interface ControlReport {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  readonly preflights: number;
  readonly sockets: number;
  readonly streams: number;
}

/**
 * Runs event-stream servers for tests that live in a browser. They are steered through a server of their own, so
 * that a page whose connections to the event stream are used up can still reach it.
 */
export async function startControl(): Promise<{ url: string } & AsyncDisposable> {
  const servers = new Map<string, SseServer>();

  const control = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const id = request.url ?? '';
    const server = servers.get(id) ?? (await startSseServer());
    servers.set(id, server);
    const call = JSON.parse(text) as ControlCall;
    await perform(server, call);
    if (call.verb === 'stop') servers.delete(id);
    const { url, requests, preflights, sockets, streams } = server;
    const report: ControlReport = { url, requests, preflights, sockets: sockets.size, streams: streams.size };
    response.end(JSON.stringify(report));
  });

  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const server of servers.values()) await server[Symbol.asyncDispose]();
      control.closeAllConnections();
      await new Promise((resolve) => control.close(resolve));
    },
  };
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

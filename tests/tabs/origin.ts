import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A server of pages and of one event stream, which replays what it has said. */
export interface Origin extends AsyncDisposable {
  readonly url: string;
  /** The requests for the stream, each with the ID that it resumes after. */
  readonly requests: { readonly lastEventId: string; readonly authorization: string | undefined }[];
  readonly streams: ReadonlySet<ServerResponse>;
  /** How many streams were open at most since this was last set. */
  peak: number;
  /** How many tokens were given out. */
  readonly tokens: { count: number; valid: string };
  /** All that was said, in order. */
  readonly log: string[];
  hasIds: boolean;
  /** Answers the next requests for the stream with these statuses. */
  readonly refusals: number[];
  /** @param name The name of the event; none by default. */
  publish(name?: string): string;
  /** Cuts all streams. */
  cut(): void;
  /** Refuses requests for the stream until it is called again. */
  isDown: boolean;
  /** One stream at a time: a second one waits a moment for the end of the first, and is refused then. */
  isSingle: boolean;
}

/** How long a second stream waits for the end of the first where one is allowed, in milliseconds. */
const timeToNotice = 1_000;

/** How often the server looks meanwhile, in milliseconds. */
const lookEvery = 50;

export async function startOrigin(): Promise<Origin> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const script = outputFiles[0]?.text ?? '';
  const streams = new Set<ServerResponse>();

  function write(response: ServerResponse, index: number): void {
    const id = origin.hasIds ? `id: ${index + 1}\n` : '';
    response.write(`${id}data: ${origin.log[index]}\n\n`);
  }

  const server = createServer(async ({ url = '/', headers, method }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    if (pathname === '/page.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(script);
    } else if (pathname === '/token' && method === 'POST') {
      origin.tokens.count += 1;
      response.end(origin.tokens.valid);
    } else if (pathname === '/events') {
      const { authorization, 'last-event-id': given } = headers;
      const lastEventId = String(given ?? '');
      const start = lastEventId === '' ? origin.log.length : Number(lastEventId);
      origin.requests.push({ lastEventId, authorization });
      if (origin.isDown) return void response.socket?.destroy();
      const refusal = origin.refusals.shift();
      for (let left = timeToNotice; origin.isSingle && streams.size > 0 && left > 0; left -= lookEvery) {
        await sleep(lookEvery);
      }
      if (response.destroyed) return;
      const isStranger = authorization !== undefined && authorization !== `Bearer ${origin.tokens.valid}`;
      const status = refusal ?? (isStranger ? 401 : origin.isSingle && streams.size > 0 ? 409 : 200);
      if (status !== 200) return void response.writeHead(status).end();
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(':\n\n');
      for (let index = start; index < origin.log.length; index += 1) write(response, index);
      streams.add(response);
      origin.peak = Math.max(origin.peak, streams.size);
      response.on('close', () => streams.delete(response));
    } else if (pathname === '/') {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>Tab</title><script type="module" src="/page.js"></script>');
    } else response.writeHead(pathname === '/ping' ? 200 : 404).end('pong');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const origin: Origin = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests: [],
    streams,
    peak: 0,
    tokens: { count: 0, valid: 'first' },
    log: [],
    hasIds: true,
    refusals: [],
    isDown: false,
    isSingle: false,
    publish(name) {
      const data = `event ${origin.log.length + 1}`;
      origin.log.push(data);
      for (const response of streams) {
        if (name !== undefined) response.write(`event: ${name}\n`);
        write(response, origin.log.length - 1);
      }
      return data;
    },
    cut() {
      for (const response of streams) response.socket?.destroy();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return origin;
}

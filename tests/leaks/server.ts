import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Answer, type SseServer, startSseServer } from '../support/sse-server.ts';
import { momentOf } from './moments.ts';

/**
 * How many messages a stream brings. A connection remembers 256 to 512 of them: with 19, it is back at 256 after every
 * 14 streams, which is once in 20 cycles, so that its memory is as full at one look at the heap as at the next.
 */
const messages = 19;

/** Serves the page that mounts and unmounts, and the streams that it asks for. */
export async function startLeakServer(script: string): Promise<SseServer> {
  const server = await startSseServer();
  const stalled = new Set<string>();
  const arrivals = new EventEmitter();

  const events = (response: ServerResponse, cycle: string) => {
    switch (momentOf(Number(cycle))) {
      case 'connecting':
        stalled.add(cycle);
        arrivals.emit(cycle);
        return;
      case 'backoff':
        response.writeHead(503).end();
        return;
      default:
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.cork();
        for (let part = 0; part < messages; part += 1) {
          const event = part === messages - 1 ? 'last' : 'message';
          response.write(`event: ${event}\nid: ${cycle}.${part}\ndata: {"cycle":${cycle}}\n\n`);
        }
        response.uncork();
    }
  };

  const answer: Answer = async (response, request) => {
    // Chromium keeps a socket for later when its response is over. Closed, only the leaked ones are left.
    response.setHeader('connection', 'close');
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    switch (pathname) {
      case '/':
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end(
          '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
        );
        return;
      case '/page.js':
        response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
        return;
      case '/stalled': {
        const cycle = searchParams.get('cycle') ?? '';
        if (!stalled.has(cycle)) await once(arrivals, cycle);
        response.end();
        return;
      }
      default:
        events(response, String(request.headers['cycle']));
    }
  };
  server.answer(answer);
  return server;
}

/** The page with the frameworks as an app has them, or as it has them while it is developed. */
export async function bundlePage(mode: 'production' | 'development'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/main.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    // Otherwise the file that counts the timers would come after those who keep `setTimeout`: see `sideEffects`.
    ignoreAnnotations: true,
    target: 'es2022',
    jsx: 'automatic',
    define: {
      'process.env.NODE_ENV': JSON.stringify(mode),
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import vue from '@vitejs/plugin-vue';
import { createServer as createVite, type Plugin, type ViteDevServer } from 'vite';
import { createFaultConsole } from './faults/fault-console.ts';
import { faultRoute } from './faults/fault-route.ts';
import { fleetRoute } from './fleet/fleet-route.ts';
import { isForeign, isForLoopback, isPageAt } from './guard.ts';
import { answerJson, urlOf } from './http.ts';
import { closeServer, listenFrom, loopback } from './listen.ts';
import { createEventLog } from './stream/event-log.ts';
import { createMeasurements } from './stream/measurements.ts';
import { defaultPace, type Pace } from './stream/pace.ts';
import { createStreamServer } from './stream/stream-server.ts';

export interface PlaygroundOptions {
  /** The port of the page, or the next free one; 0 for any. The event stream has the next free port after it. */
  readonly port: number;
  readonly pace?: Partial<Pace>;
  /** Reloads the page when a source changes. @default false */
  readonly watch?: boolean;
}

export interface Playground extends AsyncDisposable {
  /** Where the page is. */
  readonly url: string;
  /** Where the event stream is: a server of its own, so that it can refuse connections while the page stays. */
  readonly eventsUrl: string;
}

/** Starts the page and the event stream that it is about. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { port, watch = false } = options;
  const pace = { ...defaultPace, ...options.pace };
  const log = createEventLog();
  let pagePort = port;
  const isOwn = (origin: string) => isPageAt(pagePort, origin);
  const streams = createStreamServer({
    log,
    pace,
    isReader: isOwn,
    intercept: (exchange) => faults.answer(exchange),
  });
  const faults = createFaultConsole(streams);
  const measurements = createMeasurements({ log, every: pace.every, streams });

  const eventsPort = await streams.listen(port === 0 ? 0 : port + 1);
  const eventsUrl = `http://${loopback}:${eventsPort}/events`;
  const answerFaults = faultRoute(faults);
  const answerFleets = fleetRoute(eventsUrl);
  const pageServer = createServer((request, response) => {
    const { pathname, searchParams } = urlOf(request);
    // A link from anywhere may lead to the page, but an image of another page must not start fleets.
    const isSafe = ['GET', 'HEAD'].includes(request.method ?? '') && pathname !== '/fleets';
    if (!isForLoopback(request)) answerJson(response, 421, { error: 'Not the host of this server.' });
    else if (!isSafe && isForeign(request, isOwn)) {
      answerJson(response, 403, { error: 'Not from another site.' });
    } else if (pathname === '/faults') void answerFaults(request, response);
    else if (pathname === '/fleets') answerFleets(response, searchParams);
    else if (pathname === '/tabs')
      answerJson(response, 200, streams.countsOf(searchParams.get('group') ?? ''));
    else if (pathname === '/token' && request.method === 'POST') {
      answerJson(response, 200, { token: streams.tokens.issue() });
    } else vite.middlewares(request, response);
  });
  const vite = await servePage(pageServer, { eventsUrl, watch });
  pagePort = await listenFrom(pageServer, port);

  return {
    url: `http://${loopback}:${pagePort}/`,
    eventsUrl,
    async [Symbol.asyncDispose]() {
      measurements.stop();
      faults.lift();
      await streams.close();
      await vite.close();
      await closeServer(pageServer);
    },
  };
}

function servePage(
  server: Server,
  { eventsUrl, watch }: { eventsUrl: string; watch: boolean },
): Promise<ViteDevServer> {
  return createVite({
    configFile: false,
    root: folder('..'),
    cacheDir: folder('../../../node_modules/.vite/playground'),
    appType: 'spa',
    logLevel: 'warn',
    server: {
      middlewareMode: true,
      hmr: { server },
      ...(!watch && { watch: null }),
      fs: { allow: [folder('../../..')] },
    },
    resolve: {
      alias: [
        { find: /^sse-machine$/, replacement: folder('../../../index.ts') },
        { find: /^sse-machine\/(react|vue)$/, replacement: `${folder('../../../adapters')}/$1.ts` },
        { find: /^sse-machine\/inspect$/, replacement: folder('../../inspect/index.ts') },
        { find: /^sse-machine\/tabs$/, replacement: folder('../../../tabs/index.ts') },
      ],
    },
    // Listed here, because otherwise the page reloads when Vite discovers them.
    optimizeDeps: {
      include: [
        '@xstate/react',
        'eventsource-parser',
        'react',
        'react-dom/client',
        'react/jsx-dev-runtime',
        'react/jsx-runtime',
        'vue',
        'xstate',
      ],
    },
    plugins: [react(), vue(), eventsUrlIn(eventsUrl), wholeReload],
  });
}

/**
 * Reloads the page for every change, because a replaced module would remake the connection of a panel and keep its
 * counts.
 */
const wholeReload: Plugin = {
  name: 'playground-whole-reload',
  hotUpdate() {
    this.environment.hot.send({ type: 'full-reload' });
    return [];
  },
};

/** Tells the page where the event stream is. */
function eventsUrlIn(url: string): Plugin {
  return {
    name: 'playground-events-url',
    transformIndexHtml: () => [{ tag: 'meta', attrs: { name: 'events-url', content: url } }],
  };
}

function folder(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
